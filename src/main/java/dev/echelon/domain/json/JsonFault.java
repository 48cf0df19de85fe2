package dev.echelon.domain.json;

import com.fasterxml.jackson.core.JsonLocation;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that are not the JSON we take. The message completes a sentence that begins with what was read ("the request
 * body ..."), is ours, and quotes nothing of the input. Carries no stack trace: it is an outcome of hostile input.
 */
public final class JsonFault extends Exception {

    private static final long serialVersionUID = 1L;

    private final String reason;

    /** @param place where, {@code null} when unknown; of Jackson's words only this is taken, as they quote the input */
    static JsonFault at(String what, @Nullable JsonLocation place) {
        return new JsonFault(
                place == null ? what : what + " (line " + place.getLineNr() + ", column " + place.getColumnNr() + ")");
    }

    JsonFault(String reason) {
        super(reason, null, false, false);
        this.reason = reason;
    }

    /** Such as {@code is not valid JSON (line 1, column 17)}. */
    public String reason() {
        return reason;
    }
}
