#pragma once

#include <filesystem>

/// Whether the fields of the one protobuf message in `file` end where the file ends. Reads no more than each field's
/// beginning. A front end that is given less writes what it does not understand to stderr.
bool is_whole_protobuf(const std::filesystem::path& file);
