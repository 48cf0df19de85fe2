package dev.echelon.ops;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogTextTest {

    @ParameterizedTest
    @CsvSource({
        "fast_group.echelon1/openai:gpt-4o, fast_group.echelon1/openai:gpt-4o",
        "'a b', a_b",
        "'a\r\nERROR x', a__ERROR_x",
        "'a\u001b[31m', a_[31m",
        "'a\u2028b\u0085c', a_b_c",
        "a\"b=c\\d, a_b_c_d",
        "gruppe-ä, gruppe-ä"
    })
    void aWordCannotEndItsPairOrItsLine(String word, String clean) {
        assertThat(LogText.clean(word)).isEqualTo(clean);
    }

    @Test
    void aLongWordIsCut() {
        assertThat(LogText.clean("x".repeat(1000))).hasSize(128);
        assertThat(LogText.line("y".repeat(10_000))).hasSize(8_000);
    }

    @Test
    void aLineKeepsItsBlanksAndLosesItsEnds() {
        assertThat(LogText.line("a=ok@3ms, b=timeout\nc")).isEqualTo("a=ok@3ms, b=timeout_c");
    }
}
