package dev.echelon.domain.json;

import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.ChatResponse;
import dev.echelon.domain.ModelFailure;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A request read from a caller and written for a model, an answer read from a model and written for a caller. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class JsonBenchmark {

    @Param({"1024", "65536", "1048576"})
    public int characters;

    private byte[] requestBytes = new byte[0];
    private byte[] answerBytes = new byte[0];
    private ChatRequest request = ChatRequest.ofText("");
    private ChatResponse answer = new ChatResponse("", "", 0, java.util.List.of(), null, "", java.util.Map.of());

    @Setup
    public void texts() throws ModelFailure {
        String text = "word ".repeat(characters / 5);
        requestBytes = ("{\"model\":\"p\",\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]}")
                .getBytes(StandardCharsets.UTF_8);
        answerBytes =
                ("{\"id\":\"x\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,"
                                + "\"message\":{\"role\":\"assistant\",\"content\":\"" + text
                                + "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1,"
                                + "\"total_tokens\":2}}")
                        .getBytes(StandardCharsets.UTF_8);
        request = RequestJson.read(requestBytes).request();
        answer = ResponseJson.read(answerBytes);
    }

    @Benchmark
    public ParsedRequest readRequest() throws ModelFailure {
        return RequestJson.read(requestBytes);
    }

    @Benchmark
    public byte[] writeRequest() {
        return RequestJson.write(request, "gpt-4o");
    }

    @Benchmark
    public ChatResponse readAnswer() throws ModelFailure {
        return ResponseJson.read(answerBytes);
    }

    @Benchmark
    public byte[] writeAnswer() {
        return ResponseJson.write(answer);
    }
}
