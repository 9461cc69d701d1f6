#include "measure/bench_report.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <chrono>
#include <string>

#include "measure/html_report.hpp"

namespace slipway::measure {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Point point_of(Load load, int count) {
  Point point;
  point.load = load;
  point.stable = true;
  point.result.seconds = 2;
  for (int i = 0; i < count; ++i) {
    point.result.tally.latency.record(std::chrono::microseconds(100 + i));
    point.result.tally.service.record(90us);
  }
  point.windows.push_back(point.result);
  return point;
}

BenchResult result_of(std::vector<Point> points) {
  BenchResult result;
  result.subject = {.target = "http://127.0.0.1:8000",
                    .model = "mlp",
                    .protocol = "http",
                    .shared_memory = false,
                    .inputs = {{.name = "x", .dtype = core::DataType::fp32, .shape = {2, 64}, .dim_names = {}}},
                    .request_bytes = 1234,
                    .rows = 2};
  result.points = std::move(points);
  return result;
}

const Load eight{.loop = Loop::closed, .clients = 8};
const Load thousand{.loop = Loop::constant, .clients = 64, .rate = 1000};

TEST(BenchReport, WritesNumbersForPeople) {
  EXPECT_EQ(milliseconds(71400ns), "0.071");
  EXPECT_EQ(milliseconds(21680us), "21.68");
  EXPECT_EQ(milliseconds(321ms), "321.0");
  EXPECT_EQ(milliseconds(12345ms), "12,345");
  EXPECT_EQ(grouped(1234567), "1,234,567");
  EXPECT_EQ(grouped(12.34), "12.3");
  EXPECT_EQ(grouped(8), "8");
  EXPECT_EQ(describe(eight), "8 clients");
  EXPECT_EQ(describe(thousand), "1,000/s evenly spaced over 64 clients");
}

TEST(BenchReport, TableHasALineForEachLoad) {
  const std::string table = bench_table(result_of({point_of(eight, 3000)}));
  EXPECT_THAT(table,
              HasSubstr("mlp at http://127.0.0.1:8000, http, closed loop; x FP32 [2,64], 1,234 bytes a request"));
  EXPECT_THAT(table, HasSubstr("p99.9 ms"));
  EXPECT_THAT(table, ::testing::ContainsRegex("8 clients +1,500 +3,000 +1\\.[56]"));
}

TEST(BenchReport, NotesSayWhatAReaderMustKnow) {
  EXPECT_THAT(notes_on(point_of(eight, 10)), IsEmpty());
  Point unstable = point_of(eight, 10);
  unstable.stable = false;
  EXPECT_THAT(notes_on(unstable), ElementsAre(HasSubstr("did not become stable within 1 windows")));
  Point failing = point_of(eight, 10);
  failing.errors = 2;
  failing.error_example = "status 500: oh";
  EXPECT_THAT(notes_on(failing), ElementsAre("8 clients: 2 requests failed, the first with: status 500: oh"));
  Point gone = point_of(eight, 10);
  gone.stable = false;
  gone.gone = "127.0.0.1:8000: Connection refused";
  EXPECT_THAT(notes_on(gone), ElementsAre(HasSubstr("Connection refused")));
  Point interrupted = point_of(eight, 10);
  interrupted.stable = false;
  interrupted.interrupted = true;
  EXPECT_THAT(notes_on(interrupted), ElementsAre(HasSubstr("interrupted")));
}

TEST(BenchReport, NotesTellOfARateThatWasNotReached) {
  Point kept = point_of(thousand, 2000);
  kept.unfinished = {.count = 1, .oldest = 1ms};
  EXPECT_THAT(notes_on(kept), IsEmpty());
  Point missed = point_of(thousand, 1000);
  missed.unfinished = {.count = 1500, .oldest = 1500ms};
  EXPECT_THAT(notes_on(missed), ElementsAre(HasSubstr("500/s were reached; 1,500 requests")));
}

TEST(BenchReport, FailsWhenARequestDidOrNoneWasAnswered) {
  EXPECT_FALSE(result_of({point_of(eight, 10)}).failed());
  EXPECT_TRUE(result_of({point_of(eight, 0)}).failed());
  Point failing = point_of(eight, 10);
  failing.errors = 1;
  EXPECT_TRUE(result_of({failing}).failed());
  Point gone = point_of(eight, 10);
  gone.gone = "gone";
  EXPECT_TRUE(result_of({gone}).failed());
  Point interrupted = point_of(eight, 0);
  interrupted.interrupted = true;
  EXPECT_FALSE(result_of({interrupted}).failed());
}

TEST(BenchReport, JsonHasWhatTheTableHas) {
  const auto document = boost::json::parse(bench_json(result_of({point_of(eight, 3000), point_of(thousand, 2000)})));
  EXPECT_EQ(document.at("model").as_string(), "mlp");
  EXPECT_EQ(boost::json::serialize(document.at("inputs").at(0)), R"({"name":"x","datatype":"FP32","shape":[2,64]})");
  const auto& first = document.at("points").at(0);
  EXPECT_EQ(first.at("loop").as_string(), "closed");
  EXPECT_EQ(first.at("count").to_number<int>(), 3000);
  EXPECT_EQ(first.at("throughput").as_double(), 1500);
  EXPECT_EQ(first.at("rows_per_second").as_double(), 3000);
  EXPECT_NEAR(first.at("latency_ms").at("p50").as_double(), 1.6, 0.01);
  EXPECT_NEAR(first.at("service_ms").at("p50").as_double(), 0.09, 0.001);
  EXPECT_EQ(document.at("points").at(1).at("rate").as_double(), 1000);
}

TEST(BenchReport, PageHasBothPlotsAndNothingFromElsewhere) {
  BenchResult result = result_of({point_of(eight, 3000), point_of(thousand, 0)});
  result.subject.model = "<mlp>";
  const std::string page = bench_html(result);
  EXPECT_THAT(page, HasSubstr(R"(aria-label="latency by percentile")"));
  EXPECT_THAT(page, HasSubstr(R"(aria-label="latency by throughput")"));
  EXPECT_THAT(page, HasSubstr(">99.9</text>"));
  EXPECT_THAT(page, HasSubstr("&lt;mlp&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("<mlp>")));
  for (const char* outward : {"src=", "href=", "url(", "@import", "nan", "inf,"})
    EXPECT_THAT(page, Not(HasSubstr(outward)));
}

}  // namespace
}  // namespace slipway::measure
