#include "speech/smart_format.hpp"

#include <gtest/gtest.h>

namespace slipway::speech {
namespace {

struct Case {
  std::string_view said;
  std::string_view written;
};

class SmartFormat : public testing::TestWithParam<Case> {};

TEST_P(SmartFormat, WritesWhatWasSaid) { EXPECT_EQ(smart_format(GetParam().said), GetParam().written); }

INSTANTIATE_TEST_SUITE_P(Numbers, SmartFormat,
                         testing::Values(Case{"I have twenty five of them.", "I have 25 of them."},
                                         Case{"Twenty-five, I said", "25, I said"}, Case{"one hundred and five", "105"},
                                         Case{"one hundred and he left", "100 and he left"},
                                         Case{"two million three hundred thousand and one", "2300001"},
                                         Case{"two point five", "2.5"}, Case{"seventeen", "17"},
                                         Case{"one of them has three", "one of them has three"},
                                         Case{"a hundred years", "a hundred years"},
                                         Case{"he was thirty. Five came.", "he was 30. Five came."},
                                         Case{"in nineteen eighty four", "in 1984"},
                                         Case{"since twenty oh five", "since 2005"},
                                         Case{"call five five five one two three four.", "call 5551234."},
                                         Case{"five, five, five, one, two, three, four", "5551234"},
                                         Case{"one, two, three", "one, two, three"}, Case{"one two", "one two"}));

INSTANTIATE_TEST_SUITE_P(
    Units, SmartFormat,
    testing::Values(Case{"five percent", "5%"}, Case{"ten per cent more", "10% more"},
                    Case{"twenty dollars and five cents", "$20.05"}, Case{"one dollar", "$1"},
                    Case{"two hundred euros.", "€200."}, Case{"three point five pounds", "3.5 pounds"},
                    Case{"five dollars and a smile", "$5 and a smile"}, Case{"at three thirty p.m.", "at 3:30 PM."},
                    Case{"at three oh five a m", "at 3:05 AM"}, Case{"at six am, sharp", "at 6 AM, sharp"},
                    Case{"three thirty", "three thirty"}, Case{"at three p.m. he left", "at 3 PM he left"},
                    Case{"the twenty first", "the 21st"},
                    Case{"the twelfth and the thirteenth", "the 12th and the 13th"}, Case{"the third", "the third"},
                    Case{"the one hundredth", "the 100th"}, Case{"the forty third time", "the 43rd time"}));

INSTANTIATE_TEST_SUITE_P(Addresses, SmartFormat,
                         testing::Values(Case{"mail Maria at Acme dot com.", "mail maria@acme.com."},
                                         Case{"maria dot souza at acme dot com dot br", "maria.souza@acme.com.br"},
                                         Case{"meet me at acme dot com", "meet me at acme.com"},
                                         Case{"look at the dot", "look at the dot"},
                                         Case{"a dot on the map", "a dot on the map"}));

INSTANTIATE_TEST_SUITE_P(Edges, SmartFormat,
                         testing::Values(Case{"", ""}, Case{"  two  words ", "two words"}, Case{"…", "…"},
                                         Case{"(seventeen)", "(17)"}, Case{"oh", "oh"}, Case{"oh dear", "oh dear"},
                                         Case{"nine hundred ninety nine billion", "999000000000"},
                                         Case{"forty love", "40 love"}, Case{"point five", "point five"},
                                         Case{"well-known", "well-known"}));

INSTANTIATE_TEST_SUITE_P(
    NumbersOneAfterAnother, SmartFormat,
    testing::Values(Case{"between one hundred and two hundred people", "between 100 and 200 people"},
                    Case{"one thousand and two thousand dollars", "1000 and $2000"},
                    Case{"one hundred and one hundred fifty", "100 and 150"},
                    Case{"five thousand six thousand", "5000 6000"},
                    Case{"between one hundred and fifty and two hundred", "between 150 and 200"},
                    Case{"twenty to thirty percent", "20 to 30%"}, Case{"a hundred and twenty people", "120 people"},
                    Case{"a hundred and ten percent", "110%"}, Case{"two hundred fifty thousand", "250000"},
                    Case{"two thousand twenty six", "2026"}, Case{"seven seven two oh nine", "77209"},
                    Case{"oh two oh seven nine four six oh nine five eight", "02079460958"},
                    Case{"one two three four five five five", "1234555"},
                    Case{"at one point two million", "at 1.2 million"},
                    Case{"it is two point five times faster", "it is 2.5 times faster"},
                    Case{"it is two point oh five", "it is 2.05"}, Case{"three hundred sixty-five days", "365 days"}));

INSTANTIATE_TEST_SUITE_P(Years, SmartFormat,
                         testing::Values(Case{"nineteen eighty four", "1984"}, Case{"twenty twenty six", "2026"},
                                         Case{"twenty oh five", "2005"},
                                         Case{"in twenty twenty we moved", "in 2020 we moved"},
                                         Case{"June twenty first nineteen ninety", "June 21st 1990"},
                                         Case{"on March third, nineteen ninety", "on March third, 1990"},
                                         Case{"in eighteen sixty five", "in 1865"}));

INSTANTIATE_TEST_SUITE_P(
    Money, SmartFormat,
    testing::Values(Case{"a hundred and twenty dollars", "$120"}, Case{"a thousand two hundred dollars", "$1200"},
                    Case{"a million five hundred thousand dollars", "$1500000"},
                    Case{"two point five million dollars", "$2.5 million"},
                    Case{"it was one dollar fifty.", "it was $1.50."},
                    Case{"five euros and fifty cents each", "€5.50 each"},
                    Case{"twenty dollars and thirty people", "$20 and 30 people"},
                    Case{"twenty pounds of flour", "20 pounds of flour"}, Case{"five pounds sterling", "£5"},
                    Case{"five pounds and twenty pence", "£5.20"}, Case{"five pounds fifty p", "£5.50"}));

INSTANTIATE_TEST_SUITE_P(
    TimesAndOrdinals, SmartFormat,
    testing::Values(Case{"at ten thirty a.m. and", "at 10:30 AM and"}, Case{"at ten am", "at 10 AM"},
                    Case{"ten fifteen am", "10:15 AM"}, Case{"at three p.m., he left", "at 3 PM, he left"},
                    Case{"at three p.m. Maria left", "at 3 p.m. Maria left"},
                    Case{"was it three p.m.?", "was it 3 PM?"}, Case{"(at three p.m.)", "(at 3 PM)"},
                    Case{"at three p m.", "at 3 PM."}, Case{"the twenty-first of May", "the 21st of May"},
                    Case{"May twenty second", "May 22nd"}, Case{"the twenty second of May", "the 22nd of May"},
                    Case{"the twentieth century", "the 20th century"}));

INSTANTIATE_TEST_SUITE_P(
    MailAndWeb, SmartFormat,
    testing::Values(Case{"for more information at example dot org", "for more information at example.org"},
                    Case{"visit our website at acme dot com", "visit our website at acme.com"},
                    Case{"shoes at amazon dot com", "shoes at amazon.com"},
                    Case{"Email me. Look for shoes at amazon dot com", "Email me. Look for shoes at amazon.com"},
                    Case{"our address at acme dot com", "our address at acme.com"},
                    Case{"email support at acme dot com", "email support@acme.com"},
                    Case{"write to sales at acme dot com", "write to sales@acme.com"},
                    Case{"my e-mail is maria at acme dot com.", "my e-mail is maria@acme.com."}));

INSTANTIATE_TEST_SUITE_P(
    Business, SmartFormat,
    testing::Values(
        Case{"the five hundred dollar invoice is due on March thirty first", "the $500 invoice is due on March 31st"},
        Case{"the total is three thousand four hundred and fifty two dollars and ten cents", "the total is $3452.10"},
        Case{"our revenue grew fifteen percent in twenty twenty five", "our revenue grew 15% in 2025"},
        Case{"invoice four five two seven is for one thousand two hundred and fifty dollars",
             "invoice 4527 is for $1250"},
        Case{"call five five five one two three four extension twelve", "call 5551234 extension 12"},
        Case{"it is five five five, one two three, four five six seven", "it is 5551234567"},
        Case{"we meet at nine a.m. and finish at twelve pm", "we meet at 9 AM and finish at 12 PM"},
        Case{"your flight leaves at six oh five am", "your flight leaves at 6:05 AM"},
        Case{"ninety nine point nine percent uptime", "99.9% uptime"},
        Case{"suite two hundred at fifteen hundred Broadway", "suite 200 at 1500 Broadway"},
        Case{"I will transfer fifteen hundred euros by the fifteenth", "I will transfer €1500 by the 15th"},
        Case{"thirty days from the tenth of June", "30 days from the 10th of June"},
        Case{"ten dollars an hour", "$10 an hour"},
        Case{"page one hundred and twelve of two hundred", "page 112 of 200"}));

/// What may mean several things, or is no number at all.
class SmartFormatKeeps : public testing::TestWithParam<std::string_view> {};

TEST_P(SmartFormatKeeps, WhatMayBeSomethingElse) { EXPECT_EQ(smart_format(GetParam()), GetParam()); }

INSTANTIATE_TEST_SUITE_P(Numbers, SmartFormatKeeps,
                         testing::Values("one eight hundred five five five one two one two", "a hundred years",
                                         "I told you a hundred one day", "five foot eleven", "a million dollars",
                                         "several hundred and twenty people",
                                         "one trillion two hundred billion dollars", "a few thousand five hundred",
                                         "half a million and twenty people", "between one hundred and two thousand",
                                         "five or six hundred people", "twenty to thirty thousand dollars",
                                         "two three hundred people", "I have twenty and a half pages",
                                         "two and a half million dollars", "oh eight hundred hours", "zero hundred",
                                         "eighteen nineteen people", "twenty thirty percent",
                                         "thirteen fourteen years old", "twenty four seven", "three hundredths",
                                         "twenty-five-year-old", "5 hundred and twenty"));

INSTANTIATE_TEST_SUITE_P(Digits, SmartFormatKeeps,
                         testing::Values("oh oh oh what a night", "double oh seven", "five five five hundred",
                                         "one two three testing", "one, two, three, four, five, six, seven",
                                         "four oh four error", "three four five people"));

INSTANTIATE_TEST_SUITE_P(Points, SmartFormatKeeps,
                         testing::Values("at one point two men came", "version one point two point three",
                                         "version two point five is out", "at some point twenty people left",
                                         "point five percent", "one point"));

INSTANTIATE_TEST_SUITE_P(YearsAndPrices, SmartFormatKeeps,
                         testing::Values("in the nineteen eighties", "the eighteen hundreds", "twenty twenty vision",
                                         "in twenty twenty five minutes", "it costs nineteen ninety five",
                                         "for nineteen ninety nine a month", "sixteen ninety nine plus tax",
                                         "at twenty oh five", "by twenty thirty percent"));

INSTANTIATE_TEST_SUITE_P(Times, SmartFormatKeeps,
                         testing::Values("at ten thirty", "twelve forty five", "at three oh five", "which one am I",
                                         "of the two am I the last", "wake me at five am I said", "(three fifty)",
                                         "three twenty-five"));

INSTANTIATE_TEST_SUITE_P(Ordinals, SmartFormatKeeps,
                         testing::Values("a thirty second timeout", "the thirty-second timeout", "a ninety second clip",
                                         "forty second street", "ten second delay", "ten fourth graders",
                                         "one tenth of a second", "a tenth of a second", "one hundredth of a second",
                                         "one twenty first"));

INSTANTIATE_TEST_SUITE_P(MoneyAndWeb, SmartFormatKeeps,
                         testing::Values("five pounds fifty", "one dollar fifty times", "twenty one dollar bills",
                                         "five dollars ten people", "the dot com bubble", "the old dot com companies",
                                         "dot com", "mail maria at"));

INSTANTIATE_TEST_SUITE_P(Business, SmartFormatKeeps,
                         testing::Values("press one for sales or two for support", "twelve thirty four Main Street",
                                         "three sixty degree view", "Boeing seven forty seven",
                                         "we are open from nine to five", "let me call you back in five"));

}  // namespace
}  // namespace slipway::speech
