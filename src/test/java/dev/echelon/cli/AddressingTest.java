package dev.echelon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.echelon.testing.ApiClient;
import dev.echelon.testing.FakeProvider;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whom a request asks for, in every way to say it, and what the answer says of who gave it. */
class AddressingTest {

    private static FakeProvider provider;
    private static TestGateway gateway;
    private static ApiClient api;

    @BeforeAll
    static void start(@TempDir Path configs) throws Exception {
        provider = FakeProvider.start();
        gateway = TestGateway.in(configs)
                .provider("up", "openai", provider.baseUrl())
                .provider("claude", "anthropic", provider.baseUrl())
                .file("task-groups/g.toml", GROUP)
                .file("pools/p.toml", POOL)
                .file("wrappers/pool-wrappers.toml", POOL_WRAPPERS)
                .file("wrappers/task-group-wrappers.toml", GROUP_WRAPPERS)
                .start();
        api = new ApiClient(gateway.url());
    }

    @AfterAll
    static void stop() {
        gateway.close();
        provider.close();
    }

    @BeforeEach
    void forget() {
        provider.reset();
    }

    @ParameterizedTest
    @CsvSource({
        "p, p, m1",
        "pool:p, p, m1",
        "g, g, m1",
        "group:g, g, m1",
        "g.e2, g.e2, m2",
        "group:g.e2, g.e2, m2",
        "wp, wp, m1",
        "wrapper:wp, wp, m1",
        "wg, wg, m1",
        "wrapper:wg, wg, m1",
        "wd, wd, m3",
        "up:m1, up:m1, m1",
        "up/m1, up:m1, m1",
        "model:up:m1, up:m1, m1",
        "model:up/m1, up:m1, m1",
        "claude:m2, claude:m2, m2",
        "up:org/big:8b, up:org/big:8b, org/big:8b",
        "up/org/big:8b, up:org/big:8b, org/big:8b"
    })
    void everyNameOfATargetIsUnderstood(String name, String target, String model) throws Exception {
        HttpResponse<String> answer = api.chat(name);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("x-llm-target")).contains(target);
        assertThat(provider.last().model()).isEqualTo(model);
        assertThat(ApiClient.json(answer).at("/choices/0/message/content").asText())
                .isEqualTo("hello from " + model);
    }

    @ParameterizedTest
    @CsvSource({
        "poolName, p, p",
        "pool_name, p, p",
        "groupName, g, g",
        "group_name, g, g",
        "groupName, g.e2, g.e2",
        "pool_name, pool:p, p"
    })
    void metadataNamesATargetAndIsNotSentOn(String key, String value, String target) throws Exception {
        HttpResponse<String> answer = api.post(
                ApiClient.body("no-such-model", ",\"metadata\":{\"" + key + "\":\"" + value + "\",\"ours\":\"1\"}"));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("x-llm-target")).contains(target);
        assertThat(provider.last().bodyText()).doesNotContain(key).doesNotContain("no-such-model");
    }

    @Test
    void headerGoesBeforeMetadataAndMetadataBeforeModel() throws Exception {
        String body = ApiClient.body("up:m3", ",\"metadata\":{\"groupName\":\"g.e2\"}");

        assertThat(api.post(body, "x-llm-target", "wd").headers().firstValue("x-llm-target"))
                .contains("wd");
        assertThat(api.post(body).headers().firstValue("x-llm-target")).contains("g.e2");
        assertThat(api.chat("up:m3", "x-llm-target", "g").headers().firstValue("x-llm-target"))
                .contains("g");
        assertThat(api.post(body.replace("model", "unread")).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nobody",
                "pool:g",
                "group:p",
                "wrapper:p",
                "model:p",
                "g.e9",
                "up:",
                ":m1",
                "up:other",
                "other:m1",
                "P",
                "p ",
                "pool:",
                "direct:up",
                "g/e1",
                "../p",
                "llm:p"
            })
    void unknownTargetIsANotFoundError(String name) throws Exception {
        HttpResponse<String> answer = api.chat(name);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(404);
        JsonNode error = ApiClient.json(answer).path("error");
        assertThat(error.path("code").asText()).isEqualTo("model_not_found");
        assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
        assertThat(error.path("param").asText()).isEqualTo("model");
        assertThat(answer.headers().firstValue("content-type")).contains("application/json");
        assertThat(answer.headers().firstValue("x-request-id")).isPresent();
        assertThat(provider.count()).isZero();
    }

    @Test
    void unknownTargetInHeaderOrMetadataDoesNotFallBackToTheModel() throws Exception {
        assertThat(api.chat("p", "x-llm-target", "nobody").statusCode()).isEqualTo(404);
        assertThat(api.post(ApiClient.body("p", ",\"metadata\":{\"poolName\":\"g\"}"))
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void everyListedModelCanBeRetrievedAndAsked() throws Exception {
        JsonNode list = ApiClient.json(api.get("/v1/models"));
        List<String> ids = new ArrayList<>();
        list.path("data").forEach(model -> ids.add(model.path("id").asText()));

        assertThat(list.path("object").asText()).isEqualTo("list");
        assertThat(ids)
                .doesNotHaveDuplicates()
                .contains("p", "g", "wp", "wg", "wd", "up:m1", "claude:m2", "up:m3", "up:org/big:8b");
        for (String id : ids) {
            HttpResponse<String> one = api.get("/v1/models/" + URLEncoder.encode(id, StandardCharsets.UTF_8));
            assertThat(one.statusCode()).as(id).isEqualTo(200);
            assertThat(ApiClient.json(one).path("id").asText()).isEqualTo(id);
            assertThat(ApiClient.json(one).path("object").asText()).isEqualTo("model");
            assertThat(ApiClient.json(one).path("created").asLong()).isPositive();
            assertThat(api.chat(id).statusCode()).as(id).isEqualTo(200);
        }
    }

    @Test
    void modelsThatDoNotExistAreNotFoundByTheirIdEither() throws Exception {
        for (String id : List.of("nobody", "up%3Aother", "%7B%7Benv%3AHOME%7D%7D", "a%20b")) {
            HttpResponse<String> answer = api.get("/v1/models/" + id);

            assertThat(answer.statusCode()).as(id).isEqualTo(404);
            assertThat(ApiClient.json(answer).at("/error/code").asText()).isEqualTo("model_not_found");
        }
    }

    @Test
    void answerSaysWhoGaveIt() throws Exception {
        HttpResponse<String> answer = api.chat("wp");

        assertThat(answer.headers().firstValue("x-llm-target")).contains("wp");
        assertThat(answer.headers().firstValue("x-llm-instance")).contains("g.e1/up:m1");
        assertThat(answer.headers().firstValue("x-llm-echelon")).contains("g.e1");
        assertThat(answer.headers().firstValue("x-llm-attempts")).contains("1");
        assertThat(answer.headers().firstValue("x-llm-generation")).contains("1");
        assertThat(answer.headers().allValues("content-type")).containsExactly("application/json");
    }

    @Test
    void harmlessRequestIdIsEchoedAndAnyOtherReplaced() throws Exception {
        assertThat(api.chat("p", "x-request-id", "Job-1.2:a_b").headers().allValues("x-request-id"))
                .containsExactly("Job-1.2:a_b");
        for (String harmful : List.of("a b", "<script>", "x".repeat(129), "a;b=c", "${env:HOME}")) {
            assertThat(api.chat("p", "x-request-id", harmful).headers().allValues("x-request-id"))
                    .as(harmful)
                    .singleElement()
                    .asString()
                    .matches("[0-9a-f-]{36}");
        }
        assertThat(api.chat("nobody", "x-request-id", "mine").headers().firstValue("x-request-id"))
                .contains("mine");
        assertThat(api.get("/v1/models").headers().firstValue("x-request-id")).isPresent();
        assertThat(api.get("/nowhere").headers().firstValue("x-request-id")).isPresent();
    }

    private static String echelon(int number, String models) {
        return """
                [task_group.echelons.e%1$d]
                models = [%2$s]
                concurrency_limit = 100
                rpm_limit = 100000
                priority = %1$d
                """.formatted(number, models);
    }

    private static final String GROUP =
            """
            [task_group]
            name = "g"
            """ + echelon(1, "\"up:m1\"") + echelon(2, "\"claude:m2\"") + echelon(3, "\"up:m3\", \"up:org/big:8b\"");

    private static final String POOL = """
            [pool]
            name = "p"
            task_groups = ["g"]
            """;

    private static final String POOL_WRAPPERS = """
            [wrappers]
            wp = { type = "pool", pool_name = "p" }
            wd = { type = "direct", model = "up:m3" }
            """;

    private static final String GROUP_WRAPPERS = "wrappers.wg = { type = \"task_group\", task_group_name = \"g\" }\n";
}
