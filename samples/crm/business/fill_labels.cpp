#include "business/fill_labels.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace crm {
namespace {

/// Words are folded; a label of several words has blanks. `kinds` begin with the letters of those that it is for: c for
/// customers, k for contacts, d for deals, n for notes, t for tasks.
struct Known {
  std::string_view words;
  std::string_view field;
  std::string_view kinds;
};

constexpr auto english_labels = std::to_array<Known>({
    {"name", "name", "ck"},
    {"full name", "name", "ck"},
    {"customer name", "name", "c"},
    {"client name", "name", "c"},
    {"contact name", "name", "k"},
    {"company", "company", "c"},
    {"company name", "company", "c"},
    {"organization", "company", "c"},
    {"organisation", "company", "c"},
    {"firm", "company", "c"},
    {"phone", "phone", "ck"},
    {"phone number", "phone", "ck"},
    {"telephone", "phone", "ck"},
    {"telephone number", "phone", "ck"},
    {"mobile", "phone", "ck"},
    {"mobile number", "phone", "ck"},
    {"cell phone", "phone", "ck"},
    {"cell", "phone", "ck"},
    {"email", "email", "ck"},
    {"e-mail", "email", "ck"},
    {"e mail", "email", "ck"},
    {"email address", "email", "ck"},
    {"e-mail address", "email", "ck"},
    {"e mail address", "email", "ck"},
    {"address", "address", "c"},
    {"street address", "address", "c"},
    {"note", "note", "c"},
    {"notes", "note", "c"},
    {"comment", "note", "c"},
    {"comments", "note", "c"},
    {"role", "role", "k"},
    {"position", "role", "k"},
    {"job title", "role", "k"},
    {"title", "role", "k"},
    {"title", "title", "dt"},
    {"deal", "title", "d"},
    {"subject", "title", "dt"},
    {"task", "title", "t"},
    {"stage", "stage", "d"},
    {"status", "stage", "d"},
    {"value", "value_cents", "d"},
    {"amount", "value_cents", "d"},
    {"price", "value_cents", "d"},
    {"worth", "value_cents", "d"},
    {"close on", "close_on", "d"},
    {"closes on", "close_on", "d"},
    {"closing on", "close_on", "d"},
    {"close date", "close_on", "d"},
    {"closing date", "close_on", "d"},
    {"due", "due_on", "t"},
    {"due on", "due_on", "t"},
    {"due by", "due_on", "t"},
    {"due date", "due_on", "t"},
    {"deadline", "due_on", "t"},
    {"assignee", "assignee", "t"},
    {"assigned to", "assignee", "t"},
    {"assign to", "assignee", "t"},
    {"note", "text", "n"},
    {"text", "text", "n"},
});

constexpr auto portuguese_labels = std::to_array<Known>({
    {"nome", "name", "ck"},
    {"nome completo", "name", "ck"},
    {"nome do cliente", "name", "c"},
    {"nome do contato", "name", "k"},
    {"empresa", "company", "c"},
    {"nome da empresa", "company", "c"},
    {"companhia", "company", "c"},
    {"firma", "company", "c"},
    {"telefone", "phone", "ck"},
    {"numero de telefone", "phone", "ck"},
    {"fone", "phone", "ck"},
    {"celular", "phone", "ck"},
    {"telemovel", "phone", "ck"},
    {"email", "email", "ck"},
    {"e-mail", "email", "ck"},
    {"e mail", "email", "ck"},
    {"correio eletronico", "email", "ck"},
    {"endereco de email", "email", "ck"},
    {"endereco de e-mail", "email", "ck"},
    {"endereco", "address", "c"},
    {"morada", "address", "c"},
    {"nota", "note", "c"},
    {"anotacao", "note", "c"},
    {"observacao", "note", "c"},
    {"observacoes", "note", "c"},
    {"obs", "note", "c"},
    {"comentario", "note", "c"},
    {"cargo", "role", "k"},
    {"funcao", "role", "k"},
    {"titulo", "title", "dt"},
    {"negocio", "title", "d"},
    {"assunto", "title", "dt"},
    {"tarefa", "title", "t"},
    {"etapa", "stage", "d"},
    {"fase", "stage", "d"},
    {"estagio", "stage", "d"},
    {"valor", "value_cents", "d"},
    {"preco", "value_cents", "d"},
    {"fechamento", "close_on", "d"},
    {"data de fechamento", "close_on", "d"},
    {"fecha em", "close_on", "d"},
    {"prazo", "due_on", "t"},
    {"vencimento", "due_on", "t"},
    {"vence em", "due_on", "t"},
    {"responsavel", "assignee", "t"},
    {"nota", "text", "n"},
    {"texto", "text", "n"},
});

char letter_of(std::string_view kind) { return kind == "contacts" ? 'k' : kind[0]; }

/// How many words the label is, if these begin with it. No sentence ends within a label.
std::size_t match(std::string_view label, Words words) {
  std::size_t at = 0;
  while (!label.empty()) {
    const auto blank = label.find(' ');
    if (at == words.size() || words[at].folded != label.substr(0, blank)) return 0;
    if (blank == std::string_view::npos) return at + 1;
    if (words[at].breaks) return 0;
    label.remove_prefix(blank + 1);
    ++at;
  }
  return at;
}

template <std::size_t Size>
bool has(const std::array<std::string_view, Size>& words, std::string_view folded) {
  return std::ranges::find(words, folded) != words.end();
}

}  // namespace

Label find_label(Words words, std::string_view language, std::string_view kind) {
  Label best;
  const auto try_all = [&](const auto& table) {
    for (const auto& known : table) {
      if (known.kinds.find(letter_of(kind)) == std::string_view::npos) continue;
      if (const auto length = match(known.words, words); length > best.words) best = {known.field, length};
    }
  };
  if (language == "pt") {
    try_all(portuguese_labels);
  } else {
    try_all(english_labels);
  }
  return best;
}

std::string_view field_without_label(std::string_view kind) {
  if (kind == "notes") return "text";
  return kind == "tasks" || kind == "deals" ? "title" : "";
}

bool links_value(std::string_view folded, std::string_view language) {
  return language == "pt" ? folded == "e" : folded == "is" || folded == "are";
}

bool connects(std::string_view folded, std::string_view language) {
  constexpr std::array<std::string_view, 11> english = {"and", "the",  "his", "her", "their", "its",
                                                        "my",  "with", "a",   "an",  "also"};
  constexpr std::array<std::string_view, 11> portuguese = {"e",   "o",   "a",   "os",    "as",    "com",
                                                           "seu", "sua", "meu", "minha", "tambem"};
  return language == "pt" ? has(portuguese, folded) : has(english, folded);
}

bool is_free(std::string_view field) { return field == "note" || field == "text"; }

Read<std::string> read_stage(Words words) {
  struct Stage {
    std::string_view begin;
    std::string_view name;
  };
  constexpr auto stages = std::to_array<Stage>({{"lead", "lead"},
                                                {"qualif", "qualified"},
                                                {"propos", "proposal"},
                                                {"won", "won"},
                                                {"one", "won"},
                                                {"ganh", "won"},
                                                {"lost", "lost"},
                                                {"perdid", "lost"}});
  if (words.empty()) return {};
  for (const auto& [begin, name] : stages) {
    if (words[0].folded.starts_with(begin)) return {std::string(name), 1};
  }
  return {};
}

}  // namespace crm
