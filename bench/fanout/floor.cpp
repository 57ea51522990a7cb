// The floor: the minimum cost of delivering one event to many TCP connections on this machine. A GET subscribes; the body of a POST goes to every
// subscriber with one send() each. It stores nothing, does not wait for clients, and drops a client whose socket does not accept a write as a whole.
// It is a lower bound for servers, not a usable server.
//
//   g++ -O2 -o floor floor.cpp && ./floor PORT
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr int most_connections = 20'000;
constexpr int backlog = 4'096;
constexpr int most_events = 256;
constexpr std::string_view stream_head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n\r\n";
constexpr std::string_view accepted = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

int poller;
std::vector<int> joined;                    // the connections that get every event
std::vector<int> place(most_connections, -1);  // index of a connection in it, or -1

void watch(int connection) {
  epoll_event wanted{};
  wanted.events = EPOLLIN;
  wanted.data.fd = connection;
  epoll_ctl(poller, EPOLL_CTL_ADD, connection, &wanted);
}

void leave(int connection) {
  if (int at = place[connection]; at >= 0) {
    joined[at] = joined.back();
    place[joined[at]] = at;
    joined.pop_back();
    place[connection] = -1;
  }
  close(connection);
}

bool say(int connection, std::string_view bytes) {
  return send(connection, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

void broadcast(std::string_view data) {
  std::string frame = "data: ";
  frame.append(data).append("\n\n");
  for (size_t i = 0; i < joined.size();) {
    if (say(joined[i], frame)) {
      i++;
    } else {
      leave(joined[i]);
    }
  }
}

void receive(int connection) {
  static char bytes[64 * 1024];
  ssize_t count = recv(connection, bytes, sizeof bytes, 0);
  if (count <= 0) {
    leave(connection);
    return;
  }

  // The bench sends a request in one piece, and the next one after the answer.
  std::string_view request(bytes, count);
  size_t head = request.find("\r\n\r\n");
  if (head == std::string_view::npos) {
    leave(connection);
  } else if (request.starts_with("GET ") && say(connection, stream_head)) {
    place[connection] = static_cast<int>(joined.size());
    joined.push_back(connection);
  } else if (request.starts_with("POST ") && say(connection, accepted)) {
    broadcast(request.substr(head + 4));
  }
}

void welcome(int listener) {
  int connection = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (connection < 0 || connection >= most_connections) {
    if (connection >= 0) close(connection);
    return;
  }

  int on = 1;
  setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  watch(connection);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    fprintf(stderr, "usage: floor PORT\n");
    return 2;
  }

  int on = 1;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(atoi(arguments[1])));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || listen(listener, backlog) != 0) {
    perror("floor");
    return 1;
  }

  poller = epoll_create1(EPOLL_CLOEXEC);
  watch(listener);
  epoll_event ready[most_events];
  for (;;) {
    int events = epoll_wait(poller, ready, most_events, -1);
    for (int i = 0; i < events; i++) {
      if (ready[i].data.fd == listener) {
        welcome(listener);
      } else {
        receive(ready[i].data.fd);
      }
    }
  }
}
