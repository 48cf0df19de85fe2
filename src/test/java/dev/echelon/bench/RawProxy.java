package dev.echelon.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The JVM's floor: the least that a gateway on event loops can do and still be one. It finds {@code model}, puts that of
 * the upstream whose turn it is in its place, and sends the answer on as it comes. One verticle, with its own connections,
 * an event loop. Arguments: its port, the upstreams' ports.
 */
public final class RawProxy extends AbstractVerticle {

    private static final JsonFactory JSON = new JsonFactory();
    private static final int MAX_CONNECTIONS = 16_384;
    private static final int BACKLOG = 16_384;

    private final int port;
    private final int[] upstreams;
    private HttpClient client;
    private int turn;

    private RawProxy(int port, int[] upstreams) {
        this.port = port;
        this.upstreams = upstreams;
    }

    /** Listens until it is ended. */
    public static void main(String[] arguments) {
        int[] ports = Arrays.stream(arguments).mapToInt(Integer::parseInt).toArray();
        int loops = Runtime.getRuntime().availableProcessors();
        Vertx vertx =
                Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(loops));
        vertx.deployVerticle(
                        () -> new RawProxy(ports[0], Arrays.copyOfRange(ports, 1, ports.length)),
                        new DeploymentOptions().setInstances(loops))
                .onFailure(failed -> {
                    System.err.println(failed);
                    vertx.close();
                });
    }

    @Override
    public void start(Promise<Void> started) {
        client = vertx.createHttpClient(
                new HttpClientOptions().setTcpNoDelay(true).setKeepAlive(true).setMaxHeaderSize(64 * 1024),
                new PoolOptions().setHttp1MaxSize(MAX_CONNECTIONS));
        vertx.createHttpServer(new HttpServerOptions().setTcpNoDelay(true).setAcceptBacklog(BACKLOG))
                .requestHandler(request -> request.body().onSuccess(body -> route(request, body)))
                .listen(port, "127.0.0.1")
                .<Void>mapEmpty()
                .onComplete(started);
    }

    private void route(HttpServerRequest request, Buffer body) {
        int mine = turn++ & 1;
        Buffer sent;
        try {
            sent = withModel(body, mine == 0 ? "a" : "b");
        } catch (IOException e) {
            refuse(request.response(), 400);
            return;
        }
        client.request(new RequestOptions()
                        .setMethod(HttpMethod.POST)
                        .setHost("127.0.0.1")
                        .setPort(upstreams[mine])
                        .setURI(request.uri()))
                .compose(upstream -> ask(upstream, sent))
                .onSuccess(answer -> pass(answer, request.response()))
                .onFailure(failed -> refuse(request.response(), 502));
    }

    private static Future<HttpClientResponse> ask(HttpClientRequest upstream, Buffer body) {
        return upstream.putHeader("content-type", "application/json")
                .putHeader("authorization", "Bearer k")
                .send(body);
    }

    private static void pass(HttpClientResponse answer, HttpServerResponse response) {
        response.setStatusCode(answer.statusCode());
        for (Map.Entry<String, String> header : answer.headers()) {
            if (!header.getKey().equalsIgnoreCase("transfer-encoding")) {
                response.putHeader(header.getKey(), header.getValue());
            }
        }
        response.setChunked(answer.getHeader("content-length") == null);
        answer.pipeTo(response);
    }

    private static void refuse(HttpServerResponse response, int status) {
        response.setStatusCode(status).end();
    }

    /** The body with another value in the place of {@code model}; everything else stays as it came. */
    private static Buffer withModel(Buffer body, String model) throws IOException {
        byte[] bytes = body.getBytes();
        try (JsonParser parser = JSON.createParser(bytes)) {
            int depth = 0;
            int from = -1;
            int to = -1;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token.isStructStart()) {
                    depth++;
                } else if (token.isStructEnd()) {
                    depth--;
                } else if (depth == 1
                        && token == JsonToken.FIELD_NAME
                        && parser.currentName().equals("model")) {
                    parser.nextToken();
                    from = (int) parser.currentTokenLocation().getByteOffset();
                    parser.finishToken();
                    to = (int) parser.currentLocation().getByteOffset();
                }
            }
            if (from < 0) {
                throw new IOException("no model");
            }
            return Buffer.buffer(bytes.length + model.length())
                    .appendBytes(bytes, 0, from)
                    .appendBytes(('"' + model + '"').getBytes(StandardCharsets.US_ASCII))
                    .appendBytes(bytes, to, bytes.length - to);
        }
    }

    /** Its command line, after {@code java}. */
    static List<String> command(int port, List<Integer> upstreams) {
        return List.of(
                "-Xmx512m",
                "-XX:+UseParallelGC",
                "-cp",
                System.getProperty("java.class.path"),
                RawProxy.class.getName(),
                Integer.toString(port),
                Integer.toString(upstreams.get(0)),
                Integer.toString(upstreams.get(1)));
    }
}
