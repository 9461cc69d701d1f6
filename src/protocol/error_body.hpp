#pragma once

#include <string>
#include <string_view>

namespace slipway::protocol {

/// The sentence of an error's body as the protocol has it, `{"error": "…"}`; of any other body the body itself.
std::string error_sentence(std::string_view body);

}  // namespace slipway::protocol
