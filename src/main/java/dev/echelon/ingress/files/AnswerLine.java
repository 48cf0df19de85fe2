package dev.echelon.ingress.files;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.json.Json;
import dev.echelon.domain.json.JsonFault;
import dev.echelon.domain.json.ResponseJson;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A line of an answer file, in the shape of OpenAI's batch output: {@code id}, {@code custom_id}, {@code response} with
 * {@code status_code}, {@code request_id} and {@code body}, and {@code error}; one of the last two is null.
 *
 * @param answered whether it holds a response
 */
record AnswerLine(String customId, boolean answered) {

    private static final String PREFIX = "batch_req_";

    /** @param requestId as in logs and traces */
    static byte[] write(String customId, String requestId, ChatResponse response) {
        return Json.write(out -> {
            out.writeStartObject();
            out.writeStringField("id", PREFIX + requestId);
            out.writeStringField("custom_id", customId);
            out.writeObjectFieldStart("response");
            out.writeNumberField("status_code", 200);
            out.writeStringField("request_id", requestId);
            out.writeFieldName("body");
            out.writeRawValue(new String(ResponseJson.write(response), StandardCharsets.UTF_8));
            out.writeEndObject();
            out.writeNullField("error");
            out.writeEndObject();
        });
    }

    static byte[] write(String customId, String requestId, ModelFailure failure) {
        return Json.write(out -> {
            out.writeStartObject();
            out.writeStringField("id", PREFIX + requestId);
            out.writeStringField("custom_id", customId);
            out.writeNullField("response");
            out.writeObjectFieldStart("error");
            out.writeStringField("message", failure.message());
            out.writeStringField("type", failure.kind().type());
            out.writeStringField("param", failure.param());
            out.writeStringField("code", failure.code());
            out.writeEndObject();
            out.writeEndObject();
        });
    }

    /** Reads a line that was written here; {@code null} when it was not. */
    @Nullable
    static AnswerLine read(byte[] line) {
        try {
            ObjectNode json = Json.readObject(line);
            JsonNode id = json.path("id");
            JsonNode customId = json.path("custom_id");
            if (!id.isTextual() || !id.textValue().startsWith(PREFIX) || !customId.isTextual()) {
                return null;
            }
            return new AnswerLine(customId.textValue(), json.path("response").isObject());
        } catch (JsonFault e) {
            return null;
        }
    }

    /** Whether a file's last line, cut off, may be the beginning of one of ours. */
    static boolean mayBegin(byte[] cutOff) {
        byte[] begin = ("{\"id\":\"" + PREFIX).getBytes(StandardCharsets.UTF_8);
        int length = Math.min(begin.length, cutOff.length);
        return Arrays.equals(begin, 0, length, cutOff, 0, length);
    }
}
