"""The menus, and with them every shortcut of the window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QUrl
from PySide6.QtGui import QAction, QActionGroup, QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QMenu,
    QMessageBox,
    QPushButton,
    QWidget,
)

from genstudio.core.paths import log_folder
from genstudio.ui.panel import Panel
from genstudio.ui.shell.files import open_file, recent_files
from genstudio.ui.shell.palette import Palette, ShortcutList
from genstudio.ui.shell.preferences import Preferences
from genstudio.ui.theme import icon

if TYPE_CHECKING:
    from genstudio.ui.shell.window import MainWindow

__all__ = ["Menus"]

_SPACE = QKeySequence("Space")


class Menus(QObject):
    """Builds the menu bar, and keeps the Run menu to what the shown panel can do.

    Attributes:
        search: the button at the right of the bar, which opens the command palette.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._panel_actions: list[QAction] = []
        bar = window.menuBar()
        self._file(bar.addMenu("&File"))
        self._edit(bar.addMenu("&Edit"))
        self._view(bar.addMenu("&View"))
        self._run = bar.addMenu("&Run")
        self._help(bar.addMenu("&Help"))
        self.search = QPushButton(icon("magnify", "secondary"), "Ctrl+K  Search")
        self.search.setProperty("role", "link")
        self.search.setAccessibleName("Search commands")
        self.search.setToolTip("Find any command, run or family by a few letters")
        self.search.clicked.connect(self.open_palette)
        bar.setCornerWidget(self.search)
        for keys, step in (("F6", 1), ("Shift+F6", -1)):
            shortcut = QShortcut(QKeySequence(keys), window)
            shortcut.activated.connect(partial(window.cycle_regions, step))
        window.centre.panel_changed.connect(self._fill_run)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._yield_space)

    def commands(self) -> Iterator[QAction]:
        """Every action of the menus, submenus included, as the palette and the key list show it."""
        self._fill_run()
        for action in self._window.menuBar().actions():
            menu = action.menu()
            if isinstance(menu, QMenu):
                yield from _leaves(menu)

    def open_palette(self) -> None:
        """Show the command palette."""
        Palette(self._window, list(self.commands())).popup()

    def open_shortcuts(self) -> None:
        """Show all keys."""
        ShortcutList(self._window, list(self.commands())).open()

    def open_preferences(self) -> None:
        """Show the preferences."""
        Preferences(self._window).open()

    # --- the menus ---

    def _add(
        self, menu: QMenu, words: str, slot: Callable[[], object], keys: str = "", glyph: str = ""
    ) -> QAction:
        action = QAction(words, menu)
        if glyph:
            action.setIcon(icon(glyph))
        if keys:
            action.setShortcuts([QKeySequence(each) for each in keys.split("; ")])
        action.triggered.connect(lambda _checked: slot())
        menu.addAction(action)
        return action

    def _file(self, menu: QMenu) -> None:
        window = self._window
        self._add(menu, "Open run folder…", window.open_folder_dialog, "", "folder-open-outline")
        self._add(menu, "Import run or open file…", window.open_dialog, "Ctrl+O", "import")
        self._recent = menu.addMenu("Recent files")
        self._recent.aboutToShow.connect(self._fill_recent)
        menu.addAction(window.actions_of_run.export)
        menu.addSeparator()
        self._add(menu, "Quit", window.close, "Ctrl+Q")

    def _fill_recent(self) -> None:
        self._recent.clear()
        for path in recent_files(self._window.studio):
            self._add(
                self._recent, path.name, partial(open_file, self._window.studio, path)
            ).setToolTip(str(path))
        if self._recent.isEmpty():
            self._add(self._recent, "Nothing has been opened yet", lambda: None).setEnabled(False)

    def _edit(self, menu: QMenu) -> None:
        actions = self._window.actions_of_run
        menu.setToolTipsVisible(True)
        menu.addActions([actions.rename, actions.duplicate, actions.go_on, actions.show_folder])
        menu.addSeparator()
        menu.addAction(actions.delete)
        menu.addSeparator()
        self._add(menu, "Preferences…", self.open_preferences, "Ctrl+,", "cog-outline")
        # A key that deletes acts only where the run is seen to be chosen: in the list.
        remove = QShortcut(QKeySequence("Del"), self._window.library.list)
        remove.setContext(Qt.ShortcutContext.WidgetShortcut)
        remove.activated.connect(actions.delete.trigger)

    def _view(self, menu: QMenu) -> None:
        window = self._window
        for index, kind in enumerate(window.centre.kinds):
            keys = f"Ctrl+{index + 1}" if index < 9 else ""
            show = partial(window.centre.show_titled, kind.title)
            self._add(menu, f"Show {kind.title}", show, keys, kind.icon_name)
        menu.addSeparator()
        appearance = menu.addMenu("Appearance")
        group = QActionGroup(self)
        chosen = str(window.studio.settings.value("scheme", "system"))
        self._schemes: dict[str, QAction] = {}
        for scheme, words in (
            ("system", "Look as the system"),
            ("light", "Light"),
            ("dark", "Dark"),
        ):
            action = self._add(appearance, words, partial(window.choose_scheme, scheme))
            action.setCheckable(True)
            action.setChecked(scheme == chosen)
            group.addAction(action)
            self._schemes[scheme] = action
        appearance.aboutToShow.connect(self._tick_scheme)
        self._add(menu, "Larger text", lambda: window.change_text_size(1), "Ctrl++; Ctrl+=")
        self._add(menu, "Smaller text", lambda: window.change_text_size(-1), "Ctrl+-")
        self._add(menu, "Usual text size", lambda: window.change_text_size(0), "Ctrl+0")
        menu.addSeparator()
        self._add(menu, "Show or hide the library", window.toggle_library, "Ctrl+B")
        self._add(menu, "Filter the library", self._focus_filter, "Ctrl+F")
        self._add(menu, "Full screen", window.toggle_full_screen, "F11")
        self._add(menu, "Reset layout", window.reset_layout)

    def _tick_scheme(self) -> None:
        chosen = str(self._window.studio.settings.value("scheme", "system"))
        self._schemes.get(chosen, self._schemes["system"]).setChecked(True)

    def _focus_filter(self) -> None:
        self._window.focus_library()
        self._window.library.filter.setFocus()
        self._window.library.filter.selectAll()

    def _help(self, menu: QMenu) -> None:
        self._add(menu, "Take the tour", self._begin_tour, "", "map-marker-path")
        self._add(menu, "Keyboard shortcuts", self.open_shortcuts, "F1; ?", "keyboard-outline")
        self._add(menu, "Search commands…", self.open_palette, "Ctrl+K; Ctrl+P", "magnify")
        menu.addSeparator()
        self._add(menu, "Open log folder", _open_logs, "", "folder-outline")
        self._add(menu, "About GenStudio", self._about)

    def _begin_tour(self) -> None:
        self._window.welcome.begin()  # made after the menus

    def _about(self) -> None:
        from genstudio import __version__  # noqa: PLC0415 - read only when asked for

        QMessageBox.about(
            self._window,
            "About GenStudio",
            f"<b>GenStudio {__version__}</b><p>See how the classic generative models work: train "
            "them, watch them draw symbol by symbol, take them apart.</p><p>MIT licence.</p>",
        )

    # --- the panel's own commands ---

    def _fill_run(self) -> None:
        """What the shown panel can do, with its keys live unless the panel has them itself."""
        for action in self._panel_actions:
            self._run.removeAction(action)
            action.deleteLater()
        self._panel_actions.clear()
        centre = self._window.centre
        panel = centre.panel if centre.lack is None else None
        taken = _own_keys(panel) if panel is not None else set()
        for words, keys, call in panel.commands() if panel is not None else ():
            mine = not keys or QKeySequence(keys).toString() in taken
            action = self._add(self._run, words, call, "" if mine else keys)  # type: ignore[arg-type]
            if mine and keys:
                action.setText(f"{words}\t{QKeySequence(keys).toString()}")
            self._panel_actions.append(action)
        if not self._panel_actions:
            nothing = self._add(self._run, "Nothing to run in this panel", lambda: None)
            nothing.setEnabled(False)
            self._panel_actions.append(nothing)
        self._yield_space(None, QApplication.focusWidget())

    def _yield_space(self, _old: QWidget | None, new: QWidget | None) -> None:
        """Space presses the button that has the focus; elsewhere it is the panel's command."""
        pressed = isinstance(new, QAbstractButton | QComboBox)
        for action in self._panel_actions:
            if action.shortcut() == _SPACE:
                action.setEnabled(not pressed)


def _own_keys(panel: Panel) -> set[str]:
    keys = {shortcut.key().toString() for shortcut in panel.findChildren(QShortcut)}
    keys |= {action.shortcut().toString() for action in panel.findChildren(QAction)}
    return keys


def _leaves(menu: QMenu) -> Iterator[QAction]:
    for action in menu.actions():
        inner = action.menu()
        if isinstance(inner, QMenu):
            yield from _leaves(inner)
        elif not action.isSeparator():
            yield action


def _open_logs() -> None:
    log_folder().mkdir(parents=True, exist_ok=True)
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(log_folder())))
