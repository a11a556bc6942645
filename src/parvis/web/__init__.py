"""The pages, the API and the charts, in French and English."""
