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
  point.threads = 2;
  for (int i = 0; i < count; ++i) {
    point.result.tally.latency.record(std::chrono::microseconds(100 + i));
    point.result.tally.service.record(90us);
  }
  point.windows.push_back(point.result);
  point.judged = 1;
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
  EXPECT_EQ(grouped(0.2564), "0.26");
  EXPECT_EQ(grouped(0.01), "0.01");
  EXPECT_EQ(grouped(0), "0");
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

TEST(BenchReport, TableHasTheErrorsOfTheTimeThatItsAnswersAreFrom) {
  Point point = point_of(eight, 3000);
  point.result.tally.errors = 4;
  point.errors = 47;
  point.error_example = "status 503: queue full";
  const BenchResult result = result_of({point});
  EXPECT_THAT(bench_table(result), ::testing::ContainsRegex(" 3,000 +4\n"));
  EXPECT_THAT(bench_html(result), HasSubstr("<td>3,000</td><td>4</td>"));
  EXPECT_THAT(notes_on(point),
              ElementsAre("8 clients: 47 requests failed in all, the first with: status 503: queue full"));
}

TEST(BenchReport, ShowsNoFiguresWhereNoneWasAnswered) {
  Point point = point_of(eight, 0);
  point.result.seconds = 10;
  const BenchResult result = result_of({point});
  EXPECT_THAT(bench_table(result), ::testing::ContainsRegex("8 clients +0 +0( +–){7} +0 +0\n"));
  EXPECT_THAT(bench_html(result), HasSubstr("<td>–</td>"));
  for (const std::string& text : {bench_table(result), bench_html(result)}) EXPECT_THAT(text, Not(HasSubstr("0.000")));
  EXPECT_THAT(notes_on(point), ElementsAre(HasSubstr("8 clients: no request was answered in the 10 s")));
  const auto document = boost::json::parse(bench_json(result));
  const auto& first = document.at("points").at(0);
  EXPECT_TRUE(first.at("latency_ms").at("p99").is_null());
  EXPECT_TRUE(first.at("windows").at(0).at("p99_ms").is_null());
}

TEST(BenchReport, NotesTellOfFiguresFromFewRequests) {
  Point point = point_of({.loop = Loop::closed, .clients = 1}, 2);
  point.result.seconds = 10;
  point.stable = false;
  point.windows.resize(12);
  point.judged = 10;
  EXPECT_THAT(
      notes_on(point),
      ElementsAre(HasSubstr("within 12 windows; the figures are of the last 10"),
                  "1 client: only 2 requests were answered in the 10 s that the figures are of; a longer --window "
                  "tells more"));
}

TEST(BenchReport, NotesTellOfFewAnswersBesideManyErrors) {
  Point point = point_of({.loop = Loop::closed, .clients = 1}, 2);
  point.stable = false;
  point.errors = point.result.tally.errors = 900;
  EXPECT_THAT(notes_on(point), Contains(HasSubstr("only 2 requests were answered")));
}

TEST(BenchReport, NamesTheLoadsThatWereNotRun) {
  Point interrupted = point_of(eight, 10);
  interrupted.interrupted = true;
  BenchResult result = result_of({interrupted});
  EXPECT_THAT(bench_table(result), Not(HasSubstr("not run")));
  result.not_run = {{.loop = Loop::closed, .clients = 16}, {.loop = Loop::closed, .clients = 32}};
  EXPECT_THAT(bench_table(result), HasSubstr("\nnot run: 16 clients; 32 clients\n"));
  EXPECT_THAT(bench_html(result), HasSubstr("<li>not run: 16 clients; 32 clients</li>"));
  const auto document = boost::json::parse(bench_json(result));
  EXPECT_EQ(document.at("not_run").as_array().size(), 2U);
  EXPECT_EQ(document.at("not_run").at(1), boost::json::value({{"loop", "closed"}, {"clients", 32}}));
}

TEST(BenchReport, SaysThatDimensionsWereGuessed) {
  BenchResult result;
  result.subject.inputs = {{.name = "AUDIO", .dtype = core::DataType::fp32, .shape = {1}, .dim_names = {}}};
  EXPECT_THAT(describe(result), Not(HasSubstr("guessed")));
  result.subject.guessed = true;
  EXPECT_THAT(describe(result), HasSubstr("AUDIO FP32 [1] (open dimensions are guessed; --shape says how large"));
}

TEST(BenchReport, NotesSayWhatAReaderMustKnow) {
  EXPECT_THAT(notes_on(point_of(eight, 10)), IsEmpty());
  Point unstable = point_of(eight, 10);
  unstable.stable = false;
  EXPECT_THAT(notes_on(unstable), ElementsAre(HasSubstr("did not become stable within 1 window;")));
  Point failing = point_of(eight, 10);
  failing.errors = 2;
  failing.error_example = "status 500: oh";
  EXPECT_THAT(notes_on(failing), ElementsAre("8 clients: 2 requests failed in all, the first with: status 500: oh"));
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
  EXPECT_THAT(notes_on(missed), ElementsAre(AllOf(HasSubstr("500/s were reached; 1,500 requests"),
                                                  HasSubstr("--concurrency"), HasSubstr("--load-threads"))));
}

TEST(BenchReport, NotesTellOfAMissedRateBesideErrors) {
  Point missed = point_of(thousand, 1000);
  missed.unfinished = {.count = 1500, .oldest = 1500ms};
  missed.errors = 1;  // in the warm-up
  EXPECT_THAT(notes_on(missed), ElementsAre(HasSubstr("failed in all"), HasSubstr("500/s were reached")));
  // refused at once, requests are not waited for
  Point refused = point_of(thousand, 1000);
  refused.result.tally.errors = refused.errors = 1000;
  refused.unfinished = {.count = 64, .oldest = 10ms};
  EXPECT_THAT(notes_on(refused), ElementsAre(HasSubstr("failed in all")));
}

TEST(BenchReport, NotesTellOfRequestsThatFoundNoClientAtTheEnd) {
  Point near = point_of(thousand, 1950);
  near.unfinished = {.count = 66, .oldest = 20ms};
  EXPECT_THAT(notes_on(near), IsEmpty());
  near.unfinished.count = 67;
  EXPECT_THAT(notes_on(near), ElementsAre(HasSubstr("975/s were reached; 67 requests")));
}

TEST(BenchReport, NotesForgiveWhatChanceTakesFromAPoissonRate) {
  Load load = thousand;
  load.loop = Loop::poisson;
  load.rate = 50;
  Point point = point_of(load, 85);
  point.unfinished = {.count = 25, .oldest = 500ms};  // as many as are always under way
  EXPECT_THAT(notes_on(point), IsEmpty());
  Point crowded = point_of(load, 100);
  crowded.unfinished = {.count = load.clients + 1, .oldest = 20ms};  // a moment of many
  EXPECT_THAT(notes_on(crowded), IsEmpty());
  point.load.loop = Loop::constant;
  EXPECT_THAT(notes_on(point), ElementsAre(HasSubstr("42.5/s were reached")));
}

TEST(BenchReport, TellsHowManyThreadsMadeTheLoad) {
  Point one = point_of({.loop = Loop::closed, .clients = 1}, 10);
  one.threads = 1;
  BenchResult result = result_of({one});
  result.options.threads = 8;
  EXPECT_THAT(bench_html(result), HasSubstr("; 1 thread made the load"));
  EXPECT_EQ(boost::json::parse(bench_json(result)).at("threads").to_number<int>(), 1);
  result.points.push_back(point_of(eight, 10));
  EXPECT_THAT(bench_html(result), HasSubstr("; 1 to 2 threads made the load"));
  const auto document = boost::json::parse(bench_json(result));
  EXPECT_EQ(document.at("threads").to_number<int>(), 2);
  EXPECT_EQ(document.at("points").at(0).at("threads").to_number<int>(), 1);
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
  EXPECT_TRUE(result_of({interrupted}).failed());
  EXPECT_FALSE(result_of({point_of(eight, 10), interrupted}).failed());
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
