// Starts Swagger's page on this server's own description of its API.
"use strict";
addEventListener("DOMContentLoaded", () => {
  window.SwaggerUIBundle({
    url: "/openapi-3.0.json",
    dom_id: "#api",
    deepLinking: true,
    validatorUrl: null,
    presets: [window.SwaggerUIBundle.presets.apis],
  });
});
