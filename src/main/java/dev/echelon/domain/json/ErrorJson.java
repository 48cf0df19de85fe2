package dev.echelon.domain.json;

import dev.echelon.domain.ModelFailure;

/** A failure as an OpenAI caller reads it: {@code {"error":{"message","type","param","code"}}}. */
public final class ErrorJson {

    private ErrorJson() {}

    public static byte[] write(ModelFailure failure) {
        return Json.write(out -> {
            out.writeStartObject();
            out.writeObjectFieldStart("error");
            out.writeStringField("message", failure.message());
            out.writeStringField("type", failure.kind().type());
            out.writeStringField("param", failure.param());
            out.writeStringField("code", failure.code());
            out.writeEndObject();
            out.writeEndObject();
        });
    }
}
