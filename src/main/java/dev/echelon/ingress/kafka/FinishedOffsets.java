package dev.echelon.ingress.kafka;

import java.util.Base64;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * The finished offsets above a committed one, as text for the commit's metadata: {@code e1.} and base64 of a bitmap whose
 * first bit is the committed offset's own. The broker keeps at most 4096 bytes of it.
 */
final class FinishedOffsets {

    /** Offsets that fit into one text. */
    static final int MAX_SPAN = 24_000;

    private static final String PREFIX = "e1.";
    private static final int MAX_TEXT = 4_096;

    private FinishedOffsets() {}

    static String write(BitSet finished) {
        return finished.isEmpty()
                ? ""
                : PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(finished.toByteArray());
    }

    /** Nothing is finished where it is not ours: then prompts are repeated, not lost. */
    static BitSet read(@Nullable String metadata) {
        if (metadata == null || !metadata.startsWith(PREFIX) || metadata.length() > MAX_TEXT) {
            return new BitSet();
        }
        try {
            return BitSet.valueOf(Base64.getUrlDecoder().decode(metadata.substring(PREFIX.length())));
        } catch (IllegalArgumentException e) {
            return new BitSet();
        }
    }
}
