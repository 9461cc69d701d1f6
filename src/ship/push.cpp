#include "ship/push.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include "core/io_error.hpp"

namespace slipway::ship {

namespace fs = std::filesystem;

core::Result<fs::path> find_skopeo() {
  const char* said = std::getenv("PATH");
  std::string_view rest = said == nullptr ? "" : said;
  while (!rest.empty()) {
    const auto colon = std::min(rest.find(':'), rest.size());
    fs::path file = fs::path(rest.substr(0, colon)) / "skopeo";
    std::error_code failure;
    if (fs::is_regular_file(file, failure) && access(file.c_str(), X_OK) == 0) return file;
    rest.remove_prefix(std::min(colon + 1, rest.size()));
  }
  return core::fail(core::Code::failed_precondition,
                    "skopeo, which pushes images, is not in PATH; it is the package \"skopeo\" of Debian, Ubuntu, "
                    "Fedora, Alpine and Homebrew");
}

std::vector<std::string> push_command(const fs::path& skopeo, const Push& push) {
  std::vector<std::string> words{skopeo.string(), "copy", "--preserve-digests"};
  if (push.auth) words.insert(words.end(), {"--dest-authfile", push.auth->string()});
  if (push.is_insecure) words.emplace_back("--dest-tls-verify=false");
  words.push_back("oci:.:" + tag_of(push.reference));
  words.push_back("docker://" + push.reference);
  return words;
}

core::Result<void> push_image(const Image& image, const Push& push) {
  TRY(const fs::path skopeo, find_skopeo());
  std::vector<std::string> words = push_command(skopeo, push);
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const std::string folder = image.folder.string();
  sigset_t none;
  sigemptyset(&none);

  const pid_t process = fork();
  if (process == 0) {
    // in the child of a program with threads: system calls alone
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    pthread_sigmask(SIG_SETMASK, &none, nullptr);
    dup2(STDERR_FILENO, STDOUT_FILENO);
    if (chdir(folder.c_str()) == 0) execv(arguments.front(), arguments.data());
    _exit(127);
  }
  if (process < 0) return core::io_failed(skopeo, {errno, std::generic_category()});
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return core::fail(core::Code::unavailable,
                    fmt::format("{} was not pushed: skopeo, which says why above, ended with {}", push.reference,
                                WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)));
}

}  // namespace slipway::ship
