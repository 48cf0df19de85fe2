package dev.echelon.model;

import static dev.echelon.model.Upstreams.CLOCK;
import static dev.echelon.model.Upstreams.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClassifierTest {

    private final Classifier classifier = new Classifier(CLOCK);

    private ModelFailure classify(int status, String body) {
        return classifier.ofAnswer(status, Map.<String, String>of()::get, utf8(body.replace('\'', '"')));
    }

    @ParameterizedTest
    @CsvSource({
        "100,BAD_RESPONSE",
        "204,BAD_RESPONSE",
        "301,BAD_RESPONSE",
        "302,BAD_RESPONSE",
        "307,BAD_RESPONSE",
        "400,INVALID_REQUEST",
        "401,AUTH",
        "402,QUOTA",
        "403,AUTH",
        "404,AUTH",
        "405,BAD_RESPONSE",
        "406,BAD_RESPONSE",
        "407,BAD_RESPONSE",
        "408,SERVER_ERROR",
        "409,BAD_RESPONSE",
        "410,AUTH",
        "413,INVALID_REQUEST",
        "415,BAD_RESPONSE",
        "418,BAD_RESPONSE",
        "422,INVALID_REQUEST",
        "429,RATE_LIMIT",
        "431,BAD_RESPONSE",
        "500,SERVER_ERROR",
        "502,SERVER_ERROR",
        "503,SERVER_ERROR",
        "504,SERVER_ERROR",
        "529,RATE_LIMIT",
        "599,SERVER_ERROR",
        "0,BAD_RESPONSE",
        "-1,BAD_RESPONSE",
        "999,SERVER_ERROR",
    })
    void the_status_decides_where_the_body_says_nothing(int status, FailureKind kind) {
        for (String body :
                new String[] {"", "{}", "[]", "5", "<html>secret gateway</html>", "{'error':", "{'error':5}"}) {
            ModelFailure failure = classify(status, body);

            assertThat(failure.kind()).isEqualTo(kind);
            assertThat(failure.message()).doesNotContain("secret");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            429 | {'error':{'message':'x','type':'insufficient_quota','code':'insufficient_quota'}}   | QUOTA
            429 | {'error':{'message':'x','code':'billing_hard_limit_reached'}}                       | QUOTA
            429 | {'error':{'type':'credit_balance_exhausted','message':'x'}}                         | QUOTA
            429 | {'error':{'type':'monthly_spend_limit_reached','message':'x'}}                      | QUOTA
            429 | {'error':{'type':'enforced_spend_limit_reached','message':'x'}}                     | QUOTA
            403 | {'error':{'type':'billing_error','message':'x'}}                                    | QUOTA
            400 | {'type':'error','error':{'type':'invalid_request_error','message':'Your credit balance is too low to access the Anthropic API.'}} | QUOTA
            402 | {'error':{'message':'Insufficient Balance','type':'unknown_error'}}                 | QUOTA
            429 | {'error':{'message':'x','type':'tokens','code':'rate_limit_exceeded'}}              | RATE_LIMIT
            429 | {'type':'error','error':{'type':'rate_limit_error','message':'x'}}                  | RATE_LIMIT
            429 | [{'error':{'code':429,'message':'x','status':'RESOURCE_EXHAUSTED'}}]                | RATE_LIMIT
            413 | {'error':{'message':'x','type':'tokens','code':'rate_limit_exceeded'}}              | RATE_LIMIT
            498 | {'error':{'message':'x','code':'rate_limit_exceeded'}}                              | RATE_LIMIT
            529 | {'type':'error','error':{'type':'overloaded_error','message':'Overloaded'}}         | RATE_LIMIT
            503 | {'error':{'type':'overloaded_error','message':'x'}}                                 | RATE_LIMIT
            503 | {'error':{'message':'x','code':'server_overloaded'}}                                | RATE_LIMIT
            503 | [{'error':{'code':503,'message':'The model is overloaded.','status':'UNAVAILABLE'}}]| RATE_LIMIT
            503 | {'error':{'message':'try later','type':'server_error'}}                             | SERVER_ERROR
            500 | {'type':'error','error':{'type':'api_error','message':'overloaded?'}}               | SERVER_ERROR
            401 | {'error':{'message':'Incorrect API key','code':'invalid_api_key'}}                  | AUTH
            403 | {'type':'error','error':{'type':'permission_error','message':'x'}}                  | AUTH
            404 | {'error':{'message':'x','code':'model_not_found'}}                                  | AUTH
            404 | {'type':'error','error':{'type':'not_found_error','message':'model: x'}}            | AUTH
            400 | {'error':{'message':'x','code':'model_not_found'}}                                  | AUTH
            400 | [{'error':{'code':400,'message':'API key not valid. Please pass a valid API key.','status':'INVALID_ARGUMENT'}}] | AUTH
            400 | {'error':{'code':400,'message':'x','details':[{'reason':'API_KEY_INVALID'}]}}       | AUTH
            400 | {'error':{'message':'x','code':'context_length_exceeded'}}                          | CONTEXT_LENGTH
            400 | {'type':'error','error':{'type':'invalid_request_error','message':'prompt is too long: 210000 tokens > 200000 maximum'}} | CONTEXT_LENGTH
            400 | {'type':'error','error':{'type':'invalid_request_error','message':'input length and `max_tokens` exceed context limit: 1 + 2 > 3'}} | CONTEXT_LENGTH
            400 | {'object':'error','message':'The maximum context length is 4096 tokens.','type':'BadRequestError','code':400} | CONTEXT_LENGTH
            413 | {'error':{'message':'x','code':'context_length_exceeded'}}                          | CONTEXT_LENGTH
            400 | {'error':{'message':'x','code':'content_policy_violation'}}                         | CONTENT_FILTER
            400 | {'error':{'message':'x','code':'content_filter','innererror':{'code':'ResponsibleAIPolicyViolation'}}} | CONTENT_FILTER
            400 | {'error':{'message':'x','innererror':{'code':'ResponsibleAIPolicyViolation'}}}      | CONTENT_FILTER
            403 | {'error':{'message':'x','code':'content_filter'}}                                   | CONTENT_FILTER
            400 | {'error':{'message':'x','type':'invalid_request_error','code':null}}                | INVALID_REQUEST
            422 | {'detail':'Field required'}                                                         | INVALID_REQUEST
            413 | {'type':'error','error':{'type':'request_too_large','message':'x'}}                 | INVALID_REQUEST
            """)
    void the_code_and_type_decide_before_the_status(int status, String body, FailureKind kind) {
        assertThat(classify(status, body).kind()).isEqualTo(kind);
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 401, 402, 403, 404, 405, 408, 413, 429, 500, 502, 503, 529})
    void nothing_of_a_provider_is_told_where_the_caller_is_not_at_fault(int status) {
        ModelFailure failure =
                classify(status, "{'error':{'message':'canary','type':'canary','code':'canary','param':'messages'}}");

        assertThat(failure.message()).doesNotContain("canary");
        assertThat(failure.param()).isNull();
    }

    @ParameterizedTest
    @CsvSource({"400,invalid_request_error", "422,invalid_request_error", "400,content_filter"})
    void the_callers_own_mistake_is_explained_in_the_providers_words_cleaned(int status, String type) {
        ModelFailure failure = classify(
                status,
                "{'error':{'message':'temperature is too hot at https://a.internal with sk-123','type':'" + type
                        + "','param':'temperature'}}");

        assertThat(failure.status()).isEqualTo(status);
        assertThat(failure.message())
                .startsWith("the model's provider refused the ")
                .endsWith(": temperature is too hot at *** with ***");
        assertThat(failure.param()).isEqualTo("temperature");
    }

    @Test
    void a_context_that_does_not_fit_is_a_400_with_the_numbers() {
        ModelFailure failure = classify(
                413, "{'error':{'message':'prompt is too long: 9 tokens > 8 maximum','type':'invalid_request_error'}}");

        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure.message())
                .isEqualTo("the request does not fit into the model's context window: "
                        + "prompt is too long: 9 tokens > 8 maximum");
    }

    @Test
    void the_status_of_a_refusal_is_kept() {
        assertThat(classify(413, "").status()).isEqualTo(413);
        assertThat(classify(422, "").status()).isEqualTo(422);
        assertThat(classify(422, "").message()).isEqualTo("the model's provider refused the request");
    }

    @Test
    void a_wait_is_taken_where_another_attempt_makes_sense() {
        Map<String, String> headers = Map.of("retry-after", "2");

        assertThat(classifier.ofAnswer(429, headers::get, new byte[0]).retryAfter())
                .isEqualTo(Duration.ofSeconds(2));
        assertThat(classifier.ofAnswer(503, headers::get, utf8("<html></html>")).retryAfter())
                .isEqualTo(Duration.ofSeconds(2));
        assertThat(classifier.ofAnswer(400, headers::get, new byte[0]).retryAfter())
                .isNull();
        assertThat(classify(429, "").retryAfter()).isNull();
    }

    @Test
    void a_huge_body_counts_by_its_status_only() {
        String body = "{'error':{'code':'insufficient_quota','message':'" + "x".repeat(2_000_000) + "'}}";

        assertThat(classify(429, body).kind()).isEqualTo(FailureKind.RATE_LIMIT);
    }

    @Test
    void malformed_utf_8_does_not_hide_the_code() {
        byte[] body =
                "{\"error\":{\"code\":\"insufficient_quota\",\"message\":\"é\"}}".getBytes(StandardCharsets.ISO_8859_1);

        assertThat(classifier.ofAnswer(429, name -> null, body).kind()).isEqualTo(FailureKind.QUOTA);
    }
}
