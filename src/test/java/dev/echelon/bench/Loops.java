package dev.echelon.bench;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;

/** Event loops of the fastest kind there is, and the channels that go with them. */
record Loops(EventLoopGroup group, Class<? extends SocketChannel> client, Class<? extends ServerSocketChannel> server)
        implements AutoCloseable {

    static Loops of(int count) {
        return Epoll.isAvailable()
                ? new Loops(new EpollEventLoopGroup(count), EpollSocketChannel.class, EpollServerSocketChannel.class)
                : new Loops(new NioEventLoopGroup(count), NioSocketChannel.class, NioServerSocketChannel.class);
    }

    static String kind() {
        return Epoll.isAvailable() ? "epoll" : "NIO";
    }

    @Override
    public void close() {
        group.shutdownGracefully().syncUninterruptibly();
    }
}
