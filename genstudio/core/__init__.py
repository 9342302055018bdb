"""The words that every process speaks; standard library, numpy and pydantic only."""
