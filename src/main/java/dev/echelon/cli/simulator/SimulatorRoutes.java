package dev.echelon.cli.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.echelon.cli.simulator.Failures.Failure;
import dev.echelon.cli.simulator.Script.Stamp;
import dev.echelon.cli.simulator.SimulatedPrompt.BadPromptException;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Which request gets which answer: refused without a key, refused when unknown, a prompt failed at the wanted rate, else
 * answered in the words of the path's dialect. Lists of models never fail: simulated failures are there to be walked
 * around, and a provider whose probes failed as well would be left out. Shared by all event loops.
 */
final class SimulatorRoutes implements Handler<HttpServerRequest> {

    private static final int MAX_BODY = 32 << 20;
    private static final String RETRY_AFTER_SECONDS = "1";

    private final Vertx vertx;
    private final SimulatorOptions options;
    private final Failures failures;
    private final Clock clock;
    private final AtomicLong answers = new AtomicLong();
    private final Script openAi = new OpenAiScript();
    private final Script anthropic = new AnthropicScript();
    private final ObjectMapper mapper = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    SimulatorRoutes(Vertx vertx, SimulatorOptions options, Failures failures, Clock clock) {
        this.vertx = vertx;
        this.options = options;
        this.failures = failures;
        this.clock = clock;
    }

    @Override
    public void handle(HttpServerRequest request) {
        Delivery delivery = new Delivery(vertx, request.response());
        Script script = script(request);
        String path = request.path();
        boolean post = request.method().equals(HttpMethod.POST);
        boolean get = request.method().equals(HttpMethod.GET);
        int model = path.lastIndexOf("/models/");
        if (!authenticated(request)) {
            refuse(delivery, script, Refusal.UNAUTHENTICATED, "simulated: no API key was sent, any would do");
        } else if (post && (path.endsWith("/chat/completions") || path.endsWith("/v1/messages"))) {
            withBody(request, delivery, script, body -> chat(request, delivery, script, body));
        } else if (get && path.endsWith("/models")) {
            delivery.json(200, script.models().toString());
        } else if (get && model >= 0) {
            String id = path.substring(model + "/models/".length());
            delivery.json(200, script.model(id).toString());
        } else {
            refuse(delivery, script, Refusal.NOT_FOUND, "simulated: no such path: " + request.method() + " " + path);
        }
    }

    private Script script(HttpServerRequest request) {
        boolean messages = request.path().endsWith("/v1/messages");
        return messages || request.headers().contains("anthropic-version") ? anthropic : openAi;
    }

    private static boolean authenticated(HttpServerRequest request) {
        return request.headers().contains(HttpHeaders.AUTHORIZATION)
                || request.headers().contains("x-api-key");
    }

    private void chat(HttpServerRequest request, Delivery delivery, Script script, Buffer body) {
        SimulatedPrompt prompt;
        try {
            JsonNode json = mapper.readTree(body.getBytes());
            if (!json.isObject()) {
                throw new BadPromptException("the body is no JSON object");
            }
            prompt = script.read(json);
        } catch (BadPromptException e) {
            refuse(delivery, script, Refusal.INVALID, "simulated: " + e.getMessage());
            return;
        } catch (JsonProcessingException e) {
            refuse(delivery, script, Refusal.INVALID, "simulated: the body is no JSON: " + e.getOriginalMessage());
            return;
        } catch (IOException e) {
            refuse(delivery, script, Refusal.INVALID, "simulated: the body is no JSON");
            return;
        }
        unlessFailing(request, delivery, script, () -> answer(delivery, script, prompt));
    }

    private void answer(Delivery delivery, Script script, SimulatedPrompt prompt) {
        Stamp stamp = new Stamp(answers.incrementAndGet(), clock.instant().getEpochSecond());
        SimulatedAnswer answer = SimulatedAnswer.to(prompt);
        delivery.after(options.latency(), () -> {
            if (prompt.stream()) {
                delivery.stream(script.frames(answer, stamp, prompt.usageWanted()), options.tokenInterval());
            } else {
                delivery.json(200, script.plain(answer, stamp).toString());
            }
        });
    }

    private void unlessFailing(HttpServerRequest request, Delivery delivery, Script script, Runnable answer) {
        Failure failure = failures.next();
        if (failure == null) {
            answer.run();
            return;
        }
        switch (failure) {
            case RATE_LIMITED -> {
                request.response().putHeader("retry-after", RETRY_AFTER_SECONDS);
                refuse(delivery, script, Refusal.RATE_LIMITED, "simulated: too many requests");
            }
            case SERVER_ERROR -> refuse(delivery, script, Refusal.SERVER_ERROR, "simulated: internal error");
            case UNAVAILABLE -> refuse(delivery, script, Refusal.UNAVAILABLE, "simulated: not available");
            case DROPPED_CONNECTION -> request.connection().close();
        }
    }

    private static void refuse(Delivery delivery, Script script, Refusal refusal, String message) {
        delivery.json(refusal.status(), script.error(refusal, message).toString());
    }

    private static void withBody(
            HttpServerRequest request, Delivery delivery, Script script, Handler<Buffer> whenComplete) {
        Buffer body = Buffer.buffer();
        request.handler(part -> {
            if (body.length() <= MAX_BODY) {
                body.appendBuffer(part);
            }
        });
        request.endHandler(end -> {
            if (body.length() <= MAX_BODY) {
                whenComplete.handle(body);
            } else {
                refuse(delivery, script, Refusal.TOO_LARGE, "simulated: more than " + MAX_BODY + " bytes");
            }
        });
    }
}
