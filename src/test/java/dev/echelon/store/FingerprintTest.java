package dev.echelon.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.json.RequestJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class FingerprintTest {

    private static final String ASKED = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";

    private static String of(String json) throws ModelFailure {
        ChatRequest request =
                RequestJson.read(json.getBytes(StandardCharsets.UTF_8)).request();
        return Fingerprint.of(request, request.stream());
    }

    private static String with(String more) throws ModelFailure {
        return of("{\"model\":\"m\"," + ASKED + more + "}");
    }

    @Test
    void orderAndSpellingDoNotMatter() throws Exception {
        assertThat(of("{\"seed\":7,\"user\":\"u\",\"model\":\"m\"," + ASKED + ",\"logit_bias\":{\"1\":2,\"3\":4}}"))
                .isEqualTo(of("{ \"logit_bias\":{\"3\":4,\"1\":2}, " + ASKED
                        + ", \"model\":\"m\", \"user\":\"u\", \"seed\":7, \"stream\":false }"))
                .hasSize(64);
        assertThat(with(",\"temperature\":1")).isEqualTo(with(",\"temperature\":1.0"));
    }

    @Test
    void everyDifferenceMatters() throws Exception {
        List<String> different = List.of(
                with(""),
                of("{\"model\":\"n\"," + ASKED + "}"),
                of("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi!\"}]}"),
                of("{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"hi\"}]}"),
                of("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"name\":\"x\",\"content\":\"hi\"}]}"),
                of("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"h\"},"
                        + "{\"role\":\"user\",\"content\":\"i\"}]}"),
                with(",\"stream\":true"),
                with(",\"stream\":true,\"stream_options\":{\"include_usage\":true}"),
                with(",\"temperature\":1"),
                with(",\"top_p\":1"),
                with(",\"max_tokens\":1"),
                with(",\"stop\":[\"a\",\"bc\"]"),
                with(",\"stop\":[\"ab\",\"c\"]"),
                with(",\"seed\":1"),
                with(",\"seed\":\"1\""),
                with(",\"user\":\"u\""),
                with(",\"tool_choice\":\"none\""),
                with(",\"tool_choice\":\"auto\""),
                with(",\"tool_choice\":\"required\""),
                with(",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]"),
                with(",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"g\"}}]"));

        assertThat(different).doesNotHaveDuplicates();
    }

    @Test
    void whatIsAskedAsAStreamIsAnotherRequest() {
        ChatRequest request = ChatRequest.ofText("hi");

        assertThat(Fingerprint.of(request, true)).isNotEqualTo(Fingerprint.of(request, false));
    }

    private static String question(String json) throws ModelFailure {
        return Fingerprint.ofQuestion(
                RequestJson.read(json.getBytes(StandardCharsets.UTF_8)).request());
    }

    @Test
    void aQuestionIsTheSameHoweverItsAnswerComesAndWhateverItsTargetIsCalled() throws Exception {
        String plain = question("{\"model\":\"m\",\"seed\":1," + ASKED + "}");

        assertThat(question("{" + ASKED + " , \"seed\":1,\"model\":\"pool:m\",\"stream\":true,"
                        + "\"stream_options\":{\"include_usage\":true,\"x\":1},\"prompt_cache_key\":\"s\"}"))
                .isEqualTo(plain);
        assertThat(List.of(
                        question("{\"model\":\"m\",\"seed\":2," + ASKED + "}"),
                        question("{\"model\":\"m\",\"seed\":1,\"max_tokens\":9," + ASKED + "}"),
                        question("{\"model\":\"m\",\"seed\":1,\"user\":\"u\"," + ASKED + "}")))
                .doesNotContain(plain)
                .doesNotHaveDuplicates();
    }
}
