"""The window around the panels: library, jobs, menus, palette, welcome, tour."""
