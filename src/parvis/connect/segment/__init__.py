"""Messages of the Segment spec: what sites, apps and their servers say."""
