package dev.echelon.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * Cuts a connection's bytes into HTTP/1.1 messages, requests or answers, and no more than that: for both ends of a load,
 * which must cost far less than what stands between them. Belongs to one connection.
 */
abstract class HttpMessages extends ByteToMessageDecoder {

    private static final ByteBuf BLANK_LINE =
            Unpooled.unreleasableBuffer(Unpooled.copiedBuffer("\r\n\r\n", StandardCharsets.US_ASCII));
    private static final ByteBuf LINE_END =
            Unpooled.unreleasableBuffer(Unpooled.copiedBuffer("\r\n", StandardCharsets.US_ASCII));
    private static final String LENGTH = "\r\ncontent-length:";
    private static final String CHUNKED = "\r\ntransfer-encoding: chunked";

    private Part part = Part.HEAD;
    private long left;

    /** What comes next. */
    private enum Part {
        HEAD,
        BODY,
        CHUNK_SIZE,
        CHUNK,
        CHUNK_END,
        TRAILER
    }

    /** Request line or status line, and headers. */
    protected abstract void head(ChannelHandlerContext context, String head);

    /** Some bytes of the body, in their order. */
    protected abstract void body(ChannelHandlerContext context, ByteBuf bytes);

    /** The message is complete. */
    protected abstract void end(ChannelHandlerContext context);

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        boolean more = true;
        while (more) {
            more = switch (part) {
                case HEAD -> readHead(context, in);
                case BODY -> readBody(context, in);
                case CHUNK_SIZE -> readChunkSize(in);
                case CHUNK -> readChunk(context, in);
                case CHUNK_END -> skipLine(in, Part.CHUNK_SIZE);
                case TRAILER -> readTrailer(context, in);
            };
        }
    }

    private boolean readHead(ChannelHandlerContext context, ByteBuf in) {
        int blank = ByteBufUtil.indexOf(BLANK_LINE, in);
        if (blank < 0) {
            return false;
        }
        int length = blank - in.readerIndex();
        String head = in.toString(in.readerIndex(), length, StandardCharsets.ISO_8859_1);
        in.skipBytes(length + BLANK_LINE.readableBytes());
        String lower = head.toLowerCase(Locale.ROOT);
        boolean chunked = lower.contains(CHUNKED);
        left = chunked ? 0 : contentLength(lower);
        head(context, head);
        part = chunked ? Part.CHUNK_SIZE : Part.BODY;
        return true;
    }

    private static long contentLength(String head) {
        int at = head.indexOf(LENGTH);
        if (at < 0) {
            return 0;
        }
        int end = head.indexOf('\r', at + LENGTH.length());
        return Long.parseLong(head.substring(at + LENGTH.length(), end < 0 ? head.length() : end)
                .strip());
    }

    private boolean readBody(ChannelHandlerContext context, ByteBuf in) {
        if (!take(context, in)) {
            return false;
        }
        return finish(context);
    }

    private boolean readChunkSize(ByteBuf in) {
        int line = ByteBufUtil.indexOf(LINE_END, in);
        if (line < 0) {
            return false;
        }
        String size = in.readCharSequence(line - in.readerIndex(), StandardCharsets.US_ASCII)
                .toString();
        in.skipBytes(LINE_END.readableBytes());
        int extension = size.indexOf(';');
        left = Long.parseLong((extension < 0 ? size : size.substring(0, extension)).strip(), 16);
        part = left == 0 ? Part.TRAILER : Part.CHUNK;
        return true;
    }

    private boolean readChunk(ChannelHandlerContext context, ByteBuf in) {
        if (!take(context, in)) {
            return false;
        }
        part = Part.CHUNK_END;
        return true;
    }

    private boolean readTrailer(ChannelHandlerContext context, ByteBuf in) {
        int line = ByteBufUtil.indexOf(LINE_END, in);
        if (line < 0) {
            return false;
        }
        boolean last = line == in.readerIndex();
        in.readerIndex(line + LINE_END.readableBytes());
        return !last || finish(context);
    }

    private boolean skipLine(ByteBuf in, Part next) {
        if (in.readableBytes() < LINE_END.readableBytes()) {
            return false;
        }
        in.skipBytes(LINE_END.readableBytes());
        part = next;
        return true;
    }

    /** Hands on what is there; true when nothing is left to come. */
    private boolean take(ChannelHandlerContext context, ByteBuf in) {
        int length = (int) Math.min(left, in.readableBytes());
        if (length > 0) {
            body(context, in.slice(in.readerIndex(), length));
            in.skipBytes(length);
            left -= length;
        }
        return left == 0;
    }

    private boolean finish(ChannelHandlerContext context) {
        part = Part.HEAD;
        end(context);
        return true;
    }
}
