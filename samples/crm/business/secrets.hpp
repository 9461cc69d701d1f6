#pragma once

#include <string>
#include <string_view>

namespace crm {

/// Argon2id with the cost that OWASP names (19 MiB, two passes, one lane), as the text "$argon2id$…" that says so
/// itself. Throws std::runtime_error where there is no memory for it.
std::string hash_password(std::string_view password);
bool verify_password(const std::string& hash, std::string_view password);

std::string random_token();                 ///< 256 bits in 64 hexadecimal digits
std::string sha256(std::string_view text);  ///< in hexadecimal digits
/// Compares without telling by its time how much of it is right.
bool same_secret(std::string_view a, std::string_view b);

}  // namespace crm
