// A plain copy over TCP, to see what a network carries:
//   copy receive ADDRESS PORT       prints "ready", takes one connection and prints the bytes and seconds from its first byte to its last
//   copy send ADDRESS PORT SECONDS  sends for so long
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <vector>

namespace {

double now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

[[noreturn]] void fail(const char *what) {
  perror(what);
  exit(1);
}

sockaddr_in address_of(const char *host, const char *port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(atoi(port));
  if (inet_pton(AF_INET, host, &address.sin_addr) != 1) {
    fprintf(stderr, "copy: expected an address of IPv4, found %s\n", host);
    exit(2);
  }
  return address;
}

int receive(const sockaddr_in &address) {
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, reinterpret_cast<const sockaddr *>(&address), sizeof address) < 0 || listen(listener, 1) < 0) fail("copy: bind");
  puts("ready");
  fflush(stdout);
  int peer = accept(listener, nullptr, nullptr);
  if (peer < 0) fail("copy: accept");
  std::vector<char> buffer(1 << 18);
  double began = 0, ended = 0;
  long bytes = 0;
  for (;;) {
    ssize_t length = read(peer, buffer.data(), buffer.size());
    if (length < 0) fail("copy: read");
    if (length == 0) break;
    ended = now();
    if (bytes == 0) began = ended;
    bytes += length;
  }
  printf("%ld bytes in %.6f s\n", bytes, ended - began);
  return 0;
}

int send_for(const sockaddr_in &address, double seconds) {
  int peer = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(peer, reinterpret_cast<const sockaddr *>(&address), sizeof address) < 0) fail("copy: connect");
  std::vector<char> buffer(1 << 17);
  for (double end = now() + seconds; now() < end;)
    if (write(peer, buffer.data(), buffer.size()) < 0) fail("copy: write");
  close(peer);
  return 0;
}

}  // namespace

int main(int count, char **arguments) {
  if (count == 4 && strcmp(arguments[1], "receive") == 0) return receive(address_of(arguments[2], arguments[3]));
  if (count == 5 && strcmp(arguments[1], "send") == 0) return send_for(address_of(arguments[2], arguments[3]), atof(arguments[4]));
  fprintf(stderr, "usage: copy receive ADDRESS PORT | copy send ADDRESS PORT SECONDS\n");
  return 2;
}
