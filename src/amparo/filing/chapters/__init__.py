"""The chapters of a filing, each made from the record by one function."""
