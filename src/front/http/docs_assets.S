// The API reference page's parts, compressed, as bytes of the program.
  .section .rodata
  .global slipway_swagger_js, slipway_swagger_js_end, slipway_swagger_css, slipway_swagger_css_end
slipway_swagger_js:
  .incbin SLIPWAY_SWAGGER_JS
slipway_swagger_js_end:
slipway_swagger_css:
  .incbin SLIPWAY_SWAGGER_CSS
slipway_swagger_css_end:
  .section .note.GNU-stack,"",%progbits
