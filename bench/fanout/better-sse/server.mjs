// better-sse as its documentation shows it: one channel, every stream a session of it. usage: node server.mjs PORT
import { createServer } from "node:http";
import { createChannel, createSession } from "better-sse";

const channel = createChannel();

async function publish(request, response) {
  let body = "";
  request.setEncoding("utf8");
  for await (const part of request) {
    body += part;
  }

  channel.broadcast(body);
  response.writeHead(200, { "Content-Length": 0 }).end();
}

const server = createServer(async (request, response) => {
  if (request.method === "POST") {
    await publish(request, response);
  } else {
    channel.register(await createSession(request, response));
  }
});

server.listen({ port: Number(process.argv[2]), host: "127.0.0.1", backlog: 4096 });
