"""The book of law: data files beside this module, read, checked, overlaid and compared."""

from amparo.law.book.reading import FOLDER, load, load_folder, load_text
from amparo.law.book.records import Book, Crime, Element, Row, State

__all__ = ["FOLDER", "Book", "Crime", "Element", "Row", "State", "load", "load_folder", "load_text"]
