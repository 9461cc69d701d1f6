#include "speech/jobs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <random>
#include <utility>
#include <vector>

#include "core/utc_time.hpp"

namespace slipway::speech {

namespace json = boost::json;
using core::Code;

namespace {

constexpr std::size_t listed_max = 100;

/// A UUID of version 4, as Watson's ids are.
std::string new_id() {
  thread_local std::random_device random;
  std::array<std::uint32_t, 4> bits{random(), random(), random(), random()};
  return fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:04x}{:08x}", bits[0], bits[1] >> 16U, bits[1] & 0xfffU,
                     0x8000U | ((bits[2] >> 16U) & 0x3fffU), bits[2] & 0xffffU, bits[3]);
}

std::string written(Jobs::WallClock::time_point time) {
  return core::utc_text(std::chrono::system_clock::to_time_t(time));
}

}  // namespace

Jobs::Jobs(Service& service, std::function<WallClock::time_point()> now) : service_(service), now_(std::move(now)) {}

core::Error Jobs::unknown(const std::string& id) {
  return {Code::not_found, fmt::format("there is no recognition job {}", id)};
}

void Jobs::forget_old() {
  std::erase_if(table_->jobs, [now = now_()](const auto& entry) {
    const Job& job = entry.second;
    return job.status != "processing" && now - job.updated > job.kept;
  });
}

core::Result<std::string> Jobs::create(const models::Handle& model, Sound sound, const WatsonOptions& options,
                                       std::chrono::minutes kept) {
  TRY(auto place, service_.place(sound.bytes.size()));
  const std::string id = new_id();
  const auto cancelled = std::make_shared<std::atomic<bool>>(false);
  sound.cancelled = cancelled;
  const auto created = now_();
  {
    const std::scoped_lock lock(table_->mutex);
    forget_old();
    if (table_->jobs.size() >= jobs_max)
      return core::fail(Code::resource_exhausted,
                        fmt::format("there are {} recognition jobs; remove some that were read", jobs_max));
    table_->jobs[id] = {.status = "processing",
                        .outcome = "",
                        .created = created,
                        .updated = created,
                        .kept = kept,
                        .cancelled = cancelled};
  }
  service_.recognise(std::move(place), model, std::move(sound),
                     [id, table = table_, options, name = model->name(), now = now_](core::Result<Transcript> heard) {
                       const std::string outcome =
                           heard ? watson_answer(*heard, options, name)
                                 : json::serialize(json::object{{"error", heard.error().message()}});
                       const std::scoped_lock lock(table->mutex);
                       const auto job = table->jobs.find(id);
                       if (job == table->jobs.end()) return;
                       job->second.status = heard ? "completed" : "failed";
                       job->second.outcome = outcome;
                       job->second.updated = now();
                     });
  return json::serialize(json::object{
      {"id", id}, {"created", written(created)}, {"status", "processing"}, {"url", "/v1/recognitions/" + id}});
}

json::object Jobs::head(const std::string& id, const Job& job) {
  return {{"id", id}, {"created", written(job.created)}, {"updated", written(job.updated)}, {"status", job.status}};
}

core::Result<std::string> Jobs::get(const std::string& id) {
  std::string document;
  std::string outcome;
  bool failed = false;
  {
    const std::scoped_lock lock(table_->mutex);
    forget_old();
    const auto found = table_->jobs.find(id);
    if (found == table_->jobs.end()) return std::unexpected(unknown(id));
    document = json::serialize(head(id, found->second));
    outcome = found->second.outcome;
    failed = found->second.status == "failed";
  }
  if (outcome.empty()) return document;
  document.pop_back();  // its last bracket: the outcome is JSON already, and may be megabytes of it
  return fmt::format(R"({},"{}":[{}]}})", document, failed ? "details" : "results", outcome);
}

std::string Jobs::list() {
  const std::scoped_lock lock(table_->mutex);
  forget_old();
  std::vector<const std::pair<const std::string, Job>*> newest;
  newest.reserve(table_->jobs.size());
  for (const auto& entry : table_->jobs) newest.push_back(&entry);
  std::ranges::sort(newest, std::greater{}, [](const auto* entry) { return entry->second.created; });
  if (newest.size() > listed_max) newest.resize(listed_max);
  json::array entries;
  entries.reserve(newest.size());
  for (const auto* entry : newest) entries.push_back(head(entry->first, entry->second));
  return json::serialize(json::object{{"recognitions", std::move(entries)}});
}

core::Result<void> Jobs::remove(const std::string& id) {
  const std::scoped_lock lock(table_->mutex);
  const auto found = table_->jobs.find(id);
  if (found == table_->jobs.end()) return std::unexpected(unknown(id));
  *found->second.cancelled = true;
  table_->jobs.erase(found);
  return {};
}

}  // namespace slipway::speech
