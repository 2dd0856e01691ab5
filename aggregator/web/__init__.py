"""The built-in web server: the public folder, the page for leaving a newsletter, the demo's caught mail."""
