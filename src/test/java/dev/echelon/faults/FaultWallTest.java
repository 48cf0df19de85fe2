package dev.echelon.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.echelon.domain.InstanceStates.Obstacle;
import dev.echelon.domain.RequestListener.Attempted;
import dev.echelon.domain.Step;
import dev.echelon.route.InstanceStatus;
import dev.echelon.testing.StatusBehaviour;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One request against every fault: who is asked again, who is asked next, what is left behind, what the caller gets. */
@ParameterizedClass(name = "part {0}")
@MethodSource("parts")
class FaultWallTest {

    /** What a busy machine may add to a deadline. */
    private static final Duration SLACK = Duration.ofSeconds(1);

    private static final int AT_A_TIME = 12;
    private static final Duration ALL_OF_A_PART = Duration.ofMinutes(5);

    private static Wall wall;
    private static Map<String, Future<?>> met;

    @Parameter
    int part;

    static IntStream parts() {
        return IntStream.range(0, Wall.parts());
    }

    @BeforeParameterizedClassInvocation
    static void build(int part, @TempDir Path folder) throws Exception {
        wall = new Wall(folder.resolve(Integer.toString(part)), part);
        wall.warmUp();
        wall.invariants().begin();
        met = meetThoseThatWait();
    }

    /** Together: each has a task group of its own, and leaves no connection that another case could get. */
    private static Map<String, Future<?>> meetThoseThatWait() throws InterruptedException {
        ExecutorService callers = Executors.newFixedThreadPool(AT_A_TIME);
        Map<String, Future<?>> outcomes = new HashMap<>();
        wall.cases().stream()
                .filter(Case::waits)
                .forEach(one -> outcomes.put(one.group(), callers.submit(() -> {
                    meet(one);
                    return null;
                })));
        callers.shutdown();
        assertThat(callers.awaitTermination(ALL_OF_A_PART.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        return outcomes;
    }

    @AfterParameterizedClassInvocation
    static void tearDown() throws Exception {
        wall.close();
    }

    static Stream<Case> cases() {
        return wall.cases().stream();
    }

    @AfterEach
    void nothingIsLeft() {
        wall.invariants().check();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void fault(Case one) throws Throwable {
        Future<?> outcome = met.get(one.group());
        if (outcome == null) {
            meet(one);
            return;
        }
        try {
            outcome.get();
        } catch (ExecutionException failed) {
            throw failed.getCause();
        }
    }

    private static void meet(Case one) throws Exception {
        Heard heard = Heard.of(wall.gateway().port(), one, one.group());
        try {
            assertThat(heard.took()).isLessThan(one.row().deadline().plus(SLACK));
            assertToldAsExpected(one, heard, one.expected());
            assertNothingOfTheUpstream(heard);
            assertAsked(one, heard);
            assertMarked(one);
            if (one.row().mark().isFelt() && !one.row().next().isEmpty()) {
                assertLeftAlone(one);
            }
            assertThat(wall.elsewhere().acceptedConnections()).isZero();
        } catch (AssertionError failed) {
            throw new AssertionError(one + "\n" + failed.getMessage(), failed);
        }
    }

    private static void assertToldAsExpected(Case one, Heard heard, Told told) {
        assertThat(heard.status()).as(heard.everything()).isEqualTo(told.status());
        assertThat(heard.isStream())
                .as(heard.everything())
                .isEqualTo(one.form() == Form.STREAMED && told.status() == 200);
        String retryAfter = heard.header("retry-after");
        if (told.retryAfter() == 0) {
            assertThat(retryAfter).isNull();
        } else {
            assertThat(Integer.parseInt(retryAfter)).isBetween(Math.max(1, told.retryAfter() - 2), told.retryAfter());
        }
        if (told.isAnswer()) {
            String who = one.isRescued() ? one.row().next() : "A";
            assertThat(heard.text()).contains(told.text());
            assertThat(heard.header("x-llm-instance")).endsWith(":" + one.model(who));
            assertThat(heard.header("x-llm-echelon"))
                    .isEqualTo(one.group() + (who.equals("C") ? ".echelon2" : ".echelon1"));
            if (one.form() == Form.STREAMED) {
                assertThat(heard.events()).endsWith("[DONE]").containsOnlyOnce("[DONE]");
            }
            return;
        }
        JsonNode error = heard.error();
        assertThat(error.path("code").asText()).as(heard.everything()).isEqualTo(told.code());
        assertThat(error.path("message").asText()).isNotEmpty();
        assertThat(error.path("type").asText()).isNotEmpty();
        assertThat(error.has("param")).isTrue();
        if (told.isInterrupted()) {
            assertThat(heard.text()).startsWith("t0 t1 ");
            assertThat(heard.events()).doesNotContain("[DONE]");
            assertThat(heard.closed()).isTrue();
        }
    }

    /** A caller's own mistake may be explained in the provider's words, which are cleaned. */
    private static void assertNothingOfTheUpstream(Heard heard) {
        String all = heard.everything();
        assertThat(all)
                .doesNotContain("127.0.0.1", "localhost", ".invalid", "key-of", "Exception", "<html")
                .doesNotContain(wall.ports());
        if (heard.status() >= 429 || heard.status() == 200) {
            assertThat(all).doesNotContain(StatusBehaviour.CANARY);
        }
    }

    private static void assertAsked(Case one, Heard heard) {
        List<Attempted> attempts = wall.attempts(one.group());
        List<String> asked = attempts.stream().map(it -> who(one, it)).toList();
        assertThat(attempts.stream()
                        .filter(it -> it.entry() == Step.Entry.FIRST)
                        .map(it -> who(one, it)))
                .as("asked for the first time: " + heard.header("x-llm-trace"))
                .containsExactlyElementsOf(one.first());
        assertThat(attempts.stream()
                        .filter(it -> it.entry() == Step.Entry.RETURN)
                        .count())
                .as("asked again: " + heard.header("x-llm-trace"))
                .isEqualTo(one.returns());
        if (one.returns() > 0) {
            boolean early = attempts.get(2).entry() == Step.Entry.RETURN;
            assertThat(early)
                    .as(heard.header("x-llm-trace"))
                    .isEqualTo(one.row().comesBack() == Row.ComesBack.SOON);
        }
        assertThat(attempts).hasSize(one.first().size() + one.returns());
        assertThat(heard.header("x-llm-attempts")).isEqualTo(Integer.toString(attempts.size()));
        assertThat(heard.header("x-llm-trace").chars().filter(it -> it == '@')).hasSize(attempts.size());
        for (String who : List.of("A", "B", "C")) {
            Place place = one.isFaulty(who) ? one.row().place() : Place.UP;
            if (place.sees()) {
                assertThat(wall.provider(place).requests(one.model(who)))
                        .as("what the upstream of " + who + " saw")
                        .hasSize((int) asked.stream().filter(who::equals).count());
            }
        }
    }

    private static void assertMarked(Case one) {
        Mark mark = one.row().mark();
        long asked = wall.attempts(one.group()).stream()
                .filter(it -> who(one, it).equals("A"))
                .count();
        InstanceStatus a = wall.gateway().gateway().states().instances().stream()
                .filter(it -> it.instance().key().model().model().equals(one.model("A")))
                .findFirst()
                .orElseThrow();
        int failed = wall.gateway()
                .gateway()
                .states()
                .breakers()
                .circuitBreaker(a.instance().id())
                .getMetrics()
                .getNumberOfFailedCalls();
        assertThat(failed)
                .as("failures that the breaker counts")
                .isEqualTo(mark.kind() == Mark.Kind.COUNTS ? (int) asked : 0);
        assertThat(a.breaker()).isEqualTo("closed");
        assertThat(a.coolDown()).isLessThanOrEqualTo(mark.time());
        if (mark.isFelt()) {
            assertThat(a.coolDown()).isPositive();
            assertThat(a.condition().obstacle())
                    .isEqualTo(mark.kind() == Mark.Kind.COOLS ? Obstacle.COOLING : Obstacle.QUARANTINE);
        }
    }

    /** The next request passes by what is cooling or in quarantine, and is answered at once where nobody else is left. */
    private static void assertLeftAlone(Case one) throws Exception {
        Heard again = Heard.of(wall.gateway().port(), one, one.group() + "-again");
        List<Attempted> attempts = wall.attempts(one.group() + "-again");
        if (one.company() == Company.OTHERS_ALIVE) {
            assertThat(again.status()).isEqualTo(200);
            assertThat(attempts).extracting(it -> who(one, it)).containsExactly("B");
            return;
        }
        boolean cools = one.row().mark().kind() == Mark.Kind.COOLS;
        assertThat(again.status()).isEqualTo(cools ? 429 : 503);
        assertThat(again.error().path("code").asText()).isEqualTo(cools ? "rate_limit_exceeded" : "no_model_available");
        assertThat(Long.parseLong(again.header("retry-after")))
                .isBetween(1L, one.row().mark().time().toSeconds());
        assertThat(attempts).isEmpty();
        assertNothingOfTheUpstream(again);
    }

    private static String who(Case one, Attempted attempt) {
        String model = attempt.instance().key().model().model();
        return model.substring(one.group().length() + 1);
    }
}
