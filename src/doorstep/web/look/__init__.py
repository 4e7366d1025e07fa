"""How pages look: templates, stylesheets, a brand's dozen variables. No build step, nothing from elsewhere."""

from litestar.types import ControllerRouterHandler

from doorstep.web.look.serving import brand_stylesheet, look_file

#: Mounted by the application; every page links here.
ROUTES: list[ControllerRouterHandler] = [look_file, brand_stylesheet]
