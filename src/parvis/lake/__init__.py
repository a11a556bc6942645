"""The tables: schemas, migrations, the engine, the change feed, the build."""
