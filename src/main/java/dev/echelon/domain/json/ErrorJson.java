package dev.echelon.domain.json;

import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;

/** A failure as an OpenAI caller reads it: {@code {"error":{"message","type","param","code"}}}. */
public final class ErrorJson {

    private static final int NOT_FOUND = 404;

    private ErrorJson() {}

    public static byte[] write(ModelFailure failure) {
        return Json.write(out -> {
            out.writeStartObject();
            out.writeObjectFieldStart("error");
            out.writeStringField("message", failure.message());
            out.writeStringField("type", failure.kind().type());
            out.writeStringField("param", failure.param());
            out.writeStringField("code", code(failure));
            out.writeEndObject();
            out.writeEndObject();
        });
    }

    /** What a caller asks for and does not exist is always a target. */
    private static String code(ModelFailure failure) {
        return failure.kind() == FailureKind.INVALID_REQUEST && failure.status() == NOT_FOUND
                ? "model_not_found"
                : failure.kind().code();
    }
}
