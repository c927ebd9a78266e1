// Entry of every page: htmx for the live parts; controllers decorate plain pages.
import htmx from "htmx.org";

window.htmx = htmx;
