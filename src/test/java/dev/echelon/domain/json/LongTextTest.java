package dev.echelon.domain.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.echelon.domain.JsonText;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Long strings are passed over when read and written on as they stood; nobody can tell it from what comes out. */
class LongTextTest {

    private static final String LONG = "0123456789".repeat(10);

    private static String document(String inside) {
        return "{ \"a\" : \"" + inside + "\", \"b\":[\"" + inside + "\"]}";
    }

    /** Pieces of the inside of a JSON string, each well-formed for itself. */
    @Provide
    static Arbitrary<String> insides() {
        Arbitrary<String> piece = Arbitraries.of(
                "a",
                "ü",
                "語",
                "😀",
                "\\n",
                "\\t",
                "\\b",
                "\\f",
                "\\r",
                "\\/",
                "\\\\",
                "\\\"",
                "\\u0041",
                "\\u00e9",
                "\\ud83d\\ude00",
                "\\u005c",
                "\\u0022",
                "\\\\u0041",
                " ",
                LONG);
        return piece.list().ofMaxSize(60).map(pieces -> String.join("", pieces));
    }

    @Property
    void aLongTextMeansWhatTheParserSays(@ForAll("insides") String inside) throws Exception {
        // text is read without the bytes at hand, so that every string of it is decoded at once
        ObjectNode decoded = Json.readObject(document(inside));
        ObjectNode read = Json.readObject(document(inside).getBytes(UTF_8));

        for (JsonNode string : List.of(read.path("a"), read.path("b").path(0))) {
            // before it is decoded, as it is counted otherwise then
            assertThat(Fields.content(string).length())
                    .isEqualTo(decoded.path("a").textValue().length());
            assertThat(string.textValue()).isEqualTo(decoded.path("a").textValue());
        }
        assertThat(Json.readObject(new String(Json.write(read), UTF_8))).isEqualTo(decoded);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ü", "語", "😀", "\\n", "\\\\", "\\u0041", "/"})
    void itsCharactersAreCountedWhereverTheOddOneStands(String odd) throws Exception {
        for (int before = 0; before < 17; before++) {
            String inside = LONG.substring(0, before) + odd + LONG.substring(before);
            JsonNode read = Json.readObject(document(inside).getBytes(UTF_8)).path("a");

            assertThat(Fields.content(read).length()).isEqualTo(read.textValue().length());
            assertThat(Fields.content(Json.readObject(document(LONG + odd).getBytes(UTF_8))
                                    .path("a"))
                            .length())
                    .isEqualTo(read.textValue().length());
        }
    }

    @Test
    void aLongTextIsWrittenAsItStood() throws Exception {
        String inside = LONG + "\\u00e9\\/\\ud83d\\ude00 é";
        ObjectNode read = Json.readObject(("\uFEFF" + document(inside)).getBytes(UTF_8));

        assertThat(read.path("a")).isInstanceOf(JsonTextNode.class);
        assertThat(new String(Json.write(read), UTF_8))
                .isEqualTo("{\"a\":\"" + inside + "\",\"b\":[\"" + inside + "\"]}");
        assertThat(read.path("a").textValue()).isEqualTo(LONG + "é/😀 é");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\\ud800", "\\udc00", "\\ud83dx", "\\ud83d\\u0041", "\\ude00\\ud83d", "\\ud83d\\ud83d\\ude00"})
    void aLoneSurrogateIsDecodedAndReplaced(String escape) throws Exception {
        ObjectNode read = Json.readObject(document(LONG + escape).getBytes(UTF_8));

        assertThat(new String(Json.write(read), UTF_8)).contains("\uFFFD").doesNotContain("\\u");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\u0001", "\\x", "\\u12 ", "\\u12g4", "\\", "\\\\\\"})
    void whatIsNoJsonStringIsRefusedHoweverLong(String wrong) {
        for (String inside : List.of(LONG + wrong, LONG + wrong + LONG)) {
            assertThatThrownBy(() -> Json.readObject(document(inside).getBytes(UTF_8)))
                    .as(inside)
                    .isInstanceOf(JsonFault.class);
        }
    }

    @Test
    void aTextThatEndsWithTheDocumentIsRefused() {
        for (String cut : List.of(
                "{\"a\":\"" + LONG,
                "{\"a\":\"" + LONG + "\\",
                "{\"a\":\"" + LONG + "\\u00",
                "{\"a\":\"" + LONG + "\"")) {
            assertThatThrownBy(() -> Json.readObject(cut.getBytes(UTF_8))).isInstanceOf(JsonFault.class);
        }
    }

    @Test
    void sameTextsAreEqualHoweverTheyAreHeld() throws Exception {
        JsonNode plain = Json.readObject(document(LONG).getBytes(UTF_8)).path("a");
        JsonNode escaped = Json.readObject(
                        document("\\u0030" + LONG.substring(1)).getBytes(UTF_8))
                .path("a");

        assertThat(plain).isEqualTo(escaped).hasSameHashCodeAs(escaped);
        assertThat(Fields.content(plain)).isEqualTo(JsonText.of(LONG)).hasSameHashCodeAs(JsonText.of(LONG));
        assertThat(plain).hasToString("\"" + LONG + "\"");
    }
}
