#include "core/readable.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

#include "core/test_folder.hpp"

namespace slipway::core {
namespace {

namespace fs = std::filesystem;

class Readable : public FolderTest {
 protected:
  fs::path place() const { return folder() / "x"; }
  /// What is said of the place.
  std::string said() const {
    const auto fine = check_readable(place());
    return fine ? "" : fine.error().message();
  }
};

/// Runs what it is made for as somebody else, where it is the superuser's: nothing is kept from that one.
class AsNobody {
 public:
  AsNobody() : is_root_(geteuid() == 0) {
    if (is_root_ && seteuid(nobody) != 0) throw std::runtime_error("the user cannot be changed");
  }
  ~AsNobody() {
    if (is_root_ && seteuid(0) != 0) std::abort();
  }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;

 private:
  static constexpr uid_t nobody = 65534;
  bool is_root_;
};

TEST_F(Readable, AFileOrAFolderAndWhatALinkLeadsTo) {
  write("x");
  EXPECT_EQ(said(), "");
  fs::create_symlink("x", folder() / "link");
  EXPECT_TRUE(check_readable(folder() / "link"));
  EXPECT_TRUE(check_readable(folder()));
}

TEST_F(Readable, NothingAndALinkToNothing) {
  EXPECT_EQ(said(), "no such file or folder");
  fs::create_symlink("../gone\n", place());
  EXPECT_EQ(said(), "is a link to ../gone?, where nothing is");
  EXPECT_EQ(check_readable(place()).error().code(), Code::not_found);
}

TEST_F(Readable, ALinkToItself) {
  fs::create_symlink("x", place());
  EXPECT_EQ(said(), "cannot be read: Too many levels of symbolic links");
}

TEST_F(Readable, AFifoThatNobodyWritesIsNotWaitedFor) {
  ASSERT_EQ(mkfifo(place().c_str(), 0600), 0);
  EXPECT_EQ(said(), "is a FIFO, a file or folder expected");
}

TEST_F(Readable, ASocket) {
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  place().string().copy(static_cast<char*>(address.sun_path), sizeof(address.sun_path) - 1);
  const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_EQ(bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  EXPECT_EQ(said(), "is a socket, a file or folder expected");
  close(listener);
}

TEST_F(Readable, ADevice) {
  EXPECT_EQ(check_readable("/dev/null").error().message(), "is a device, a file or folder expected");
}

TEST_F(Readable, WhatMayNotBeRead) {
  write("x");
  write("closed/x");
  fs::permissions(folder(), fs::perms::all);
  fs::permissions(place(), fs::perms::none);
  fs::permissions(folder() / "closed", fs::perms::none);
  {
    const AsNobody nobody;
    EXPECT_EQ(said(), "cannot be read: Permission denied");
    EXPECT_EQ(check_readable(folder() / "closed").error().message(), "cannot be read: Permission denied");
    EXPECT_EQ(check_readable(folder() / "closed" / "x").error().message(), "cannot be read: Permission denied");
  }
  fs::permissions(folder() / "closed", fs::perms::owner_all);
}

}  // namespace
}  // namespace slipway::core
