"""Curves as files: PNG and SVG of what is seen, CSV of the numbers behind it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QRect, QSize
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from genstudio.core.errors import UserError
from genstudio.core.files import write_atomically
from genstudio.ui.widgets.series import Series

__all__ = ["copy_plot", "csv_text", "picture_of", "save_plot"]

_SCALE = 2  # pixels of the picture per pixel of the screen


def csv_text(curves: dict[str, Series]) -> str:
    """One line per point: run, step, seconds, bits/dim of training or of validation.

    Where a run has errors in place of bits, they are in two more columns.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    columns = ["run", "step", "seconds", "train_bits_per_dim", "valid_bits_per_dim"]
    if any(series.errors for series in curves.values()):
        columns += ["train_error", "valid_error"]
    writer.writerow(columns)
    for title, series in curves.items():
        train, valid = series.train, series.valid
        rows: list[tuple[int, float, float | str, float | str]] = []
        for index in range(train.count):
            step, seconds, bits = (float(train.column(column)[index]) for column in range(3))
            rows.append((int(step), seconds, bits, ""))
        for index in range(valid.count):
            step, seconds, bits = (float(valid.column(column)[index]) for column in range(3))
            rows.append((int(step), seconds, "", bits))
        room = [""] * 2 if series.errors else []
        writer.writerows(
            (title, step, seconds, *room, *values)
            for step, seconds, *values in sorted(rows, key=lambda row: row[:2])
        )
    return stream.getvalue()


def save_plot(
    path: Path, widget: QWidget, curves: dict[str, Series], recipe: dict[str, str]
) -> None:
    """Write a file of the kind that its suffix says: .png, .svg or .csv.

    Args:
        path: where to.
        widget: what is seen.
        curves: the numbers, by title.
        recipe: what made the curves; written into the pictures.

    Raises:
        UserError: the suffix is another one, or the file cannot be written.
    """
    kind = path.suffix.lower()
    if kind == ".csv":
        write_atomically(path, csv_text(curves).encode())
    elif kind == ".png":
        image = picture_of(widget)
        image.setText("Description", json.dumps(recipe, ensure_ascii=False))
        if not image.save(str(path)):
            raise UserError(f"{path} cannot be written.", "Choose another folder.")
    elif kind == ".svg":
        _save_drawing(path, widget, recipe)
    else:
        raise UserError(
            f"Curves cannot be written as “{path.suffix or path.name}”.",
            "Choose a name that ends in .png, .svg or .csv.",
        )


def copy_plot(widget: QWidget, curves: dict[str, Series]) -> None:
    """Put the picture and, for programs that take text, the numbers on the clipboard."""
    data = QMimeData()
    data.setImageData(picture_of(widget))
    data.setText(csv_text(curves))
    QGuiApplication.clipboard().setMimeData(data)


def picture_of(widget: QWidget) -> QImage:
    """What is seen of a widget, two pixels for one of the screen."""
    image = QImage(widget.size() * _SCALE, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(_SCALE)
    image.fill(widget.palette().base().color())
    painter = QPainter(image)
    _paint(widget, painter)
    painter.end()
    return image


def _save_drawing(path: Path, widget: QWidget, recipe: dict[str, str]) -> None:
    generator = QSvgGenerator()
    generator.setFileName(str(path))
    generator.setSize(QSize(widget.width(), widget.height()))
    generator.setViewBox(QRect(QPoint(0, 0), widget.size()))
    generator.setTitle("Training curves")
    generator.setDescription(json.dumps(recipe, ensure_ascii=False))
    painter = QPainter()
    if not painter.begin(generator):
        raise UserError(f"{path} cannot be written.", "Choose another folder.")
    _paint(widget, painter)
    painter.end()


def _paint(widget: QWidget, painter: QPainter) -> None:
    """As a widget, children included: a graphics view's own `render` paints its scene alone."""
    QWidget.render(widget, painter, QPoint(0, 0))
