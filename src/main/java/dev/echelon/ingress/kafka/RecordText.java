package dev.echelon.ingress.kafka;

import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.json.Utf8;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** Text of strangers, out of records: bounded, and UTF-8 or refused. */
final class RecordText {

    static final int MOST = 512;

    private RecordText() {}

    /** A header's bytes, {@code null} when there is none or it is empty. */
    static byte @Nullable [] bytes(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        byte[] value = header == null ? null : header.value();
        return value == null || value.length == 0 ? null : value;
    }

    /**
     * A header of visible ASCII characters.
     *
     * @throws ModelFailure 400 when it is anything else, or longer than {@value #MOST} characters
     */
    static @Nullable String header(Headers headers, String name) throws ModelFailure {
        byte[] value = bytes(headers, name);
        if (value == null) {
            return null;
        }
        String text = new String(value, StandardCharsets.ISO_8859_1).strip();
        if (text.length() > MOST || !isVisible(text)) {
            throw invalid(name, "be visible ASCII characters, at most " + MOST);
        }
        return text;
    }

    static boolean isVisible(String text) {
        return text.chars().allMatch(c -> c >= 0x20 && c < 0x7f);
    }

    /** @param must {@code be}, {@code have} or {@code name} what */
    static ModelFailure invalid(String header, String must) {
        return ModelFailure.of(FailureKind.INVALID_REQUEST, "the header " + header + " must " + must)
                .withCode("invalid_header")
                .withParam(header);
    }

    /** @throws ModelFailure 400 when it is not UTF-8 */
    static String utf8(byte[] bytes) throws ModelFailure {
        String text = Utf8.text(bytes);
        if (text == null) {
            throw ModelFailure.of(FailureKind.INVALID_REQUEST, "the prompt is not valid UTF-8");
        }
        return text;
    }
}
