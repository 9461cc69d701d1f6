#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "business/dictated_words.hpp"

namespace crm {

/// The words that say which field comes next.
struct Label {
  std::string_view field;
  std::size_t words = 0;  ///< 0: there is none
};

/// The longest label that these words begin with, for a record of that kind.
Label find_label(Words words, std::string_view language, std::string_view kind);

/// The field that a dictation without any label is for; empty: none.
std::string_view field_without_label(std::string_view kind);

bool links_value(std::string_view folded, std::string_view language);  ///< "is" between label and value
bool connects(std::string_view folded, std::string_view language);     ///< "and the" before a label
bool is_free(std::string_view field);  ///< whole sentences, which may have words like labels

/// "proposal", "proposta" as the stage of a deal.
Read<std::string> read_stage(Words words);

}  // namespace crm
