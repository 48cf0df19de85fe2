package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.echelon.testing.Behaviour;
import dev.echelon.testing.FakeProvider;
import dev.echelon.testing.Seen;
import dev.echelon.testing.StatusBehaviour;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code echelon batch} as a person runs it, against an upstream that does what the test says. */
class BatchCommandTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private final RootLogging logging = new RootLogging();
    private final FakeProvider upstream = FakeProvider.start();
    private Path prompts = Path.of("unset");
    private Path answers = Path.of("unset");

    /** What a run came to. */
    private record Run(int status, String err) {}

    @BeforeEach
    void configure() throws IOException {
        prompts = folder.resolve("prompts.jsonl");
        answers = folder.resolve("answers.jsonl");
        limits(1000, 100_000);
    }

    @AfterEach
    void close() {
        upstream.close();
        logging.restore();
    }

    @Test
    void everyFormOfLineIsAnsweredUnderItsName() throws Exception {
        write(
                openAi("first", "one"),
                "",
                "{\"prompt\":\"two\"}",
                "{\"custom_id\":\"third\",\"prompt\":\"three\"}",
                "four, as plain text\r",
                "{\"custom_id\":\"fifth\",\"messages\":[{\"role\":\"user\",\"content\":\"five\"}]}");

        Run run = run("--target", "g");

        assertThat(run.err()).contains("5 of 5 prompts done: 5 answered, 0 failed");
        assertThat(run.status()).isZero();
        assertThat(ids()).containsExactlyInAnyOrder("first", "line-3", "third", "line-5", "fifth");
        assertThat(upstream.requests()).extracting(Seen::bodyText).anySatisfy(body -> assertThat(body)
                .contains("\"four, as plain text\""));
        JsonNode first = answer("first");
        assertThat(first.path("id").asText())
                .isEqualTo(
                        "batch_req_" + first.path("response").path("request_id").asText());
        assertThat(first.path("error").isNull()).isTrue();
        assertThat(first.path("response").path("status_code").asInt()).isEqualTo(200);
        assertThat(first.path("response")
                        .path("body")
                        .path("choices")
                        .path(0)
                        .path("message")
                        .path("content")
                        .asText())
                .isEqualTo("hello from m");
    }

    @Test
    void aLineThatIsNoRequestGetsAnErrorAndTheOthersGoOn() throws Exception {
        Files.write(prompts, new byte[] {(byte) 0xC3, 0x28, '\n'});
        append(
                "{\"custom_id\":\"no url\",\"url\":\"/v1/embeddings\",\"body\":{}}",
                "{\"custom_id\":\"get\",\"method\":\"GET\",\"body\":{}}",
                "{\"custom_id\":\"no messages\",\"body\":{\"model\":\"g\"}}",
                "{\"custom_id\":7,\"prompt\":\"x\"}",
                "{\"body\":{}}",
                "{\"custom_id\":\"nothing\"}",
                "{broken",
                "x".repeat(10 * 1024 * 1024 + 1),
                openAi("good", "one"));

        Run run = run("--target", "g");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("10 of 10 prompts done: 1 answered, 9 failed");
        assertThat(ids())
                .containsExactlyInAnyOrder(
                        "line-1",
                        "no url",
                        "get",
                        "no messages",
                        "line-5",
                        "line-6",
                        "nothing",
                        "line-8",
                        "line-9",
                        "good");
        for (String id : List.of("line-1", "no url", "get", "no messages", "line-5", "nothing", "line-8", "line-9")) {
            assertThat(answer(id).path("response").isNull()).as(id).isTrue();
            assertThat(answer(id).path("error").path("type").asText()).isEqualTo("invalid_request_error");
        }
        assertThat(upstream.count()).isEqualTo(1);
    }

    @Test
    void aFailureOfTheModelIsALineWithoutAWordOfTheModels() throws Exception {
        upstream.always(Behaviour.status(500));
        write(openAi("a", "one"));

        assertThat(run("--target", "g", "--max-age", "0").status()).isEqualTo(1);

        assertThat(answer("a").path("error").path("code").asText()).isEqualTo("upstream_server_error");
        assertThat(Files.readString(answers)).doesNotContain(StatusBehaviour.CANARY);
    }

    @Test
    void anOutageIsWaitedFor() throws Exception {
        upstream.always(Behaviour.status(500));
        write(openAi("a", "one"), openAi("b", "two"));
        Thread healer = new Thread(() -> {
            await().atMost(Duration.ofSeconds(20)).until(() -> upstream.count() >= 2);
            upstream.always(Behaviour.hello());
        });
        healer.start();

        assertThat(run("--target", "g").status()).isZero();

        healer.join();
        assertThat(answer("a").path("response").isObject()).isTrue();
        assertThat(answer("b").path("response").isObject()).isTrue();
    }

    @Test
    void aPromptThatFailsWhileOthersAreAnsweredIsAFailure() throws Exception {
        Behaviour poisoned = Behaviour.status(500);
        upstream.always(
                call -> (call.seen().bodyText().contains("poison") ? poisoned : Behaviour.hello()).answer(call));
        List<String> lines = new ArrayList<>(List.of(openAi("bad", "poison")));
        for (int i = 0; i < 60; i++) {
            lines.add(openAi("good" + i, "one"));
        }
        write(lines.toArray(String[]::new));

        assertThat(run("--target", "g", "--in-flight", "2", "--max-age", "20").status())
                .isEqualTo(1);

        assertThat(answer("bad").path("error").path("code").asText()).isEqualTo("upstream_server_error");
        assertThat(answer("good59").path("response").isObject()).isTrue();
    }

    @Test
    void theModelThatARequestNamesIsAskedWhereNoTargetIsGiven() throws Exception {
        write(openAi("a", "one"), "{\"prompt\":\"names nobody\"}");

        assertThat(run().status()).isEqualTo(1);

        assertThat(answer("a").path("response").isObject()).isTrue();
        assertThat(answer("line-2").path("error").path("param").asText()).isEqualTo("model");
        assertThat(answer("line-2").path("error").path("message").asText())
                .isEqualTo("the request names no model; --target names one for all");
    }

    @Test
    void aCustomIdThatComesTwiceIsAskedAndAnsweredOnce() throws Exception {
        write(openAi("a", "one"), openAi("a", "two"), openAi("b", "three"));

        Run run = run("--target", "g");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("1 left out, their custom_id had come before");
        assertThat(ids()).containsExactlyInAnyOrder("a", "b");
        assertThat(upstream.count()).isEqualTo(2);
    }

    @Test
    void asManyAsAllowedAreUnderWayAtOnce() throws Exception {
        upstream.always(Behaviour.together(8, Behaviour.hello()).after(Duration.ofMillis(20)));
        write(IntStream.range(0, 40).mapToObj(i -> openAi("r" + i, "x")).toArray(String[]::new));

        assertThat(run("--target", "g", "--in-flight", "8").status()).isZero();

        assertThat(upstream.peak()).isEqualTo(8);
        assertThat(ids()).hasSize(40).doesNotHaveDuplicates();
    }

    @Test
    void whatFindsNoRoomIsAskedAgainUntilItFindsSome() throws Exception {
        limits(3, 100_000);
        upstream.always(Behaviour.hello().after(Duration.ofMillis(40)));
        write(IntStream.range(0, 60).mapToObj(i -> openAi("r" + i, "x")).toArray(String[]::new));

        Run run = run("--target", "g", "--in-flight", "60");

        assertThat(run.err()).contains("60 answered, 0 failed");
        assertThat(run.status()).isZero();
        assertThat(upstream.peak()).as("the third permit is not for batch").isEqualTo(2);
    }

    @Test
    void whatIsTooOldForThatFails() throws Exception {
        upstream.always(Behaviour.status(429).header("retry-after", "200"));
        write(openAi("a", "one"), openAi("b", "two"));

        assertThat(run("--target", "g", "--max-age", "0").status()).isEqualTo(1);

        assertThat(ids()).containsExactlyInAnyOrder("a", "b");
        assertThat(answer("a").path("error").path("code").asText()).isEqualTo("rate_limit_exceeded");
    }

    @Test
    void theNextRunAsksOnlyWhatIsNotAnswered() throws Exception {
        write(openAi("a", "one"), openAi("b", "two"), openAi("c", "three"), openAi("d", "four"));
        upstream.script(Behaviour.hello(), Behaviour.status(400), Behaviour.hello(), Behaviour.hello());
        run("--target", "g", "--in-flight", "1");
        List<String> lines = Files.readAllLines(answers);
        assertThat(answer("b").path("error").isObject()).isTrue();
        // as if it had been killed within the last line
        Files.writeString(
                answers, lines.get(0) + "\n" + lines.get(1) + "\n" + lines.get(2) + "\n" + half(lines.get(3)));

        Run run = run("--target", "g");

        assertThat(run.status()).isZero();
        assertThat(run.err()).contains("4 answered (2 by an earlier run), 0 failed");
        assertThat(upstream.count()).isEqualTo(4 + 2);
        assertThat(ids()).containsExactlyInAnyOrder("a", "b", "c", "d");
        assertThat(Files.readAllLines(answers)).contains(lines.get(0), lines.get(2));

        assertThat(run("--target", "g").err()).contains("4 answered (4 by an earlier run), 0 failed");
        assertThat(upstream.count()).isEqualTo(6);
    }

    @Test
    void aFileThatHoldsSomethingElseIsNotTouched() throws Exception {
        write(openAi("a", "one"));
        for (String essay : List.of("my essay", "my essay\n", "{\"id\":\"x\",\"custom_id\":\"a\"}\n")) {
            Files.writeString(answers, essay);

            Run run = run("--target", "g");

            assertThat(run.status()).isEqualTo(2);
            assertThat(run.err()).contains("does not hold answers of a batch").doesNotContain("Exception");
            assertThat(answers).hasContent(essay);
        }
        assertThat(upstream.count()).isZero();
    }

    @Test
    void whatCannotBeUsedIsToldBeforeAnythingIsAsked() throws Exception {
        assertThat(run("--target", "g").err()).contains("no file of prompts");
        write(openAi("a", "one"));
        assertThat(run("--target", "g", "--in-flight", "0").status()).isEqualTo(2);
        assertThat(run("--target", "g", "--max-age", "-1").status()).isEqualTo(2);
        answers = prompts;
        assertThat(run("--target", "g").err()).contains("the same file");
        answers = folder.resolve("nowhere/answers.jsonl");
        assertThat(run("--target", "g").status()).isEqualTo(2);
        assertThat(upstream.count()).isZero();
    }

    @Test
    void theSimulatorAnswersBatchesToo() throws Exception {
        write("{\"prompt\":\"one two\"}");
        StringWriter err = new StringWriter();

        int status = Echelon.commandLine()
                .setErr(new PrintWriter(err))
                .execute(
                        "batch",
                        prompts.toString(),
                        "--target=fast_pool",
                        "--output=" + answers,
                        "--simulate",
                        "--simulate-latency=1");

        assertThat(status).as(err.toString()).isZero();
        assertThat(Files.readString(answers)).contains("[simulated ", "one two");
    }

    private Run run(String... more) {
        List<String> args = new ArrayList<>(
                List.of("batch", prompts.toString(), "-o", answers.toString(), "--configs", folder.toString()));
        args.addAll(List.of(more));
        StringWriter err = new StringWriter();
        int status = Echelon.commandLine().setErr(new PrintWriter(err)).execute(args.toArray(new String[0]));
        return new Run(status, err.toString());
    }

    private void limits(int concurrency, int rpm) throws IOException {
        TestGateway.in(folder).provider("up", "openai", upstream.baseUrl()).file("task-groups/g.toml", """
                        [task_group]
                        name = "g"
                        [task_group.echelons.e1]
                        models = ["up:m"]
                        concurrency_limit = %d
                        rpm_limit = %d
                        priority = 1
                        """.formatted(
                        concurrency, rpm));
    }

    private static String openAi(String id, String text) {
        return """
                {"custom_id":"%s","method":"POST","url":"/v1/chat/completions","body":{"model":"g",\
                "messages":[{"role":"user","content":"%s"}]}}""".formatted(id, text);
    }

    private void write(String... lines) throws IOException {
        Files.writeString(prompts, String.join("\n", lines) + "\n");
    }

    private void append(String... lines) throws IOException {
        Files.writeString(prompts, String.join("\n", lines), StandardOpenOption.APPEND);
    }

    private static String half(String line) {
        return line.substring(0, line.length() / 2);
    }

    private List<String> ids() throws IOException {
        List<String> ids = new ArrayList<>();
        for (String line : Files.readAllLines(answers, StandardCharsets.UTF_8)) {
            ids.add(JSON.readTree(line).path("custom_id").asText());
        }
        return ids;
    }

    private JsonNode answer(String id) throws IOException {
        for (String line : Files.readAllLines(answers, StandardCharsets.UTF_8)) {
            JsonNode answer = JSON.readTree(line);
            if (answer.path("custom_id").asText().equals(id)) {
                return answer;
            }
        }
        throw new AssertionError(id + " is not among " + ids());
    }
}
