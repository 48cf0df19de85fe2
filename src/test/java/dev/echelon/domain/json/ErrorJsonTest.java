package dev.echelon.domain.json;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ErrorJsonTest {

    private static String written(ModelFailure failure) {
        return new String(ErrorJson.write(failure), StandardCharsets.UTF_8);
    }

    @Test
    void writes_openais_shape() {
        ModelFailure failure = ModelFailure.of(FailureKind.INVALID_REQUEST, "n must be a \"number\"")
                .withParam("n");

        assertThat(written(failure))
                .isEqualTo("{\"error\":{\"message\":\"n must be a \\\"number\\\"\",\"type\":\"invalid_request_error\","
                        + "\"param\":\"n\",\"code\":\"invalid_request\"}}");
    }

    @Test
    void writes_null_where_no_field_is_at_fault() {
        assertThat(written(ModelFailure.of(FailureKind.TIMEOUT, "late")))
                .isEqualTo("{\"error\":{\"message\":\"late\",\"type\":\"server_error\",\"param\":null,"
                        + "\"code\":\"upstream_timeout\"}}");
    }

    @Test
    void a_code_that_says_more_than_the_kind_is_written() {
        assertThat(written(ModelFailure.of(FailureKind.INVALID_REQUEST, "no such target")
                        .withStatus(404)
                        .withCode("model_not_found")))
                .contains("\"code\":\"model_not_found\"");
    }
}
