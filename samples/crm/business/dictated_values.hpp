#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "business/clock.hpp"
#include "business/dictated_words.hpp"

namespace crm {

/// "maria dot souza at acme dot com", "maria arroba acme ponto com", "maria@acme.com".
Read<std::string> read_email(Words words, std::string_view language);

/// A name of a person or company: capitals where the recogniser wrote none, letters said one by one put
/// together.
std::string read_name(Words words);

/// A title: as it was written, but with a capital at its beginning.
std::string read_sentence(Words words);

struct Money {
  std::int64_t cents = 0;
  std::string currency;  ///< empty: none was said
};
/// "twelve thousand five hundred dollars", "doze mil reais e cinquenta centavos", "€12,500.50".
Read<Money> read_money(Words words, std::string_view language);

/// "tomorrow", "next Monday", "in two weeks", "January thirty first", "31 de janeiro de 2027", "2027-01-31", as
/// YYYY-MM-DD. Without a year it is the next such day.
Read<std::string> read_date(Words words, std::string_view language, Instant today);

}  // namespace crm
