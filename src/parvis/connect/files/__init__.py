"""Files in: CSV, Parquet and NDJSON, with a mapping that is guessed, shown and editable."""
