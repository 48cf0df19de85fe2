package dev.echelon.cli.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Speaks to a simulator as a provider's client would, over the JDK's HTTP client. */
final class SimulatorClient {

    private final ObjectMapper mapper = new ObjectMapper();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final int port;

    SimulatorClient(int port) {
        this.port = port;
    }

    HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(20));
    }

    HttpRequest post(String path, String body) {
        return to(path).header("authorization", "Bearer any")
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    CompletableFuture<HttpResponse<String>> sendAsync(HttpRequest request) {
        return http.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    }

    JsonNode json(String path, String body) throws IOException, InterruptedException {
        return mapper.readTree(send(post(path, body)).body());
    }

    JsonNode parse(String json) throws JsonProcessingException {
        return mapper.readTree(json);
    }

    /** The data of the events of a finished stream, the closing mark left out. */
    List<JsonNode> events(String stream) throws JsonProcessingException {
        List<JsonNode> events = new ArrayList<>();
        for (String line : stream.lines().toList()) {
            if (line.startsWith("data: ") && !line.equals("data: [DONE]")) {
                events.add(mapper.readTree(line.substring(6)));
            }
        }
        return events;
    }
}
