#!/usr/bin/env bash
# Makes the Docker image zookit-zookeeper:debian where no registry is reachable, from what Debian's package zookeeper
# has installed on this machine: the JVM, ZooKeeper's jars, the libraries they load, and a shell. It keeps the contract
# of the official image that the harness relies on, which is the part of zkServer.sh below.
set -euo pipefail

image=${1:-zookit-zookeeper:debian}

if docker image inspect "$image" >/dev/null 2>&1; then
  echo "image $image is there already; remove it to have it made anew"
  exit 0
fi

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{bin,conf,data,etc,tmp,usr/bin,usr/local/bin,opt/zookeeper}

# The JVM without what only developers and desktops need; its configuration are links into /etc, so links are followed.
jvm=$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")
tar -C "$jvm" --dereference --ignore-failed-read --warning=none \
  --exclude=./docs --exclude=./include --exclude=./jmods --exclude=./legal --exclude=./man \
  --exclude=src.zip --exclude=ct.sym --exclude='libawt*' --exclude='libfont*' --exclude='libjsound*' \
  --exclude='liblcms*' --exclude='libsplash*' --exclude='libjawt*' --exclude='libjavajpeg*' --exclude='libmlib*' \
  --exclude='libatk*' -c . | (mkdir "$root/opt/java" && tar -C "$root/opt/java" -x)
ln -s /opt/java/bin/java "$root/usr/bin/java"

# What the manifest of Debian's zookeeper.jar names, and a logging back end.
jars=(zookeeper zookeeper-jute commons-cli commons-io jackson-annotations jackson-core jackson-databind jetty9-client
  jetty9-http jetty9-io jetty9-security jetty9-server jetty9-servlet jetty9-util metrics-core netty-buffer netty-codec
  netty-common netty-handler netty-resolver netty-transport netty-transport-native-epoll
  netty-transport-native-unix-common slf4j-api slf4j-log4j12 log4j-1.2 snappy-java)
for jar in "${jars[@]}"; do
  cp --dereference "/usr/share/java/$jar.jar" "$root/opt/zookeeper/"
done

cp --dereference /bin/sh "$root/bin/sh"
find "$root/opt/java" "$root/bin" -type f \( -name '*.so' -o -path '*/bin/*' \) -exec ldd {} + 2>/dev/null |
  awk '$2 == "=>" && $3 ~ /^\// { print $3 } $1 ~ /^\// && NF == 2 && $1 !~ /:$/ { print $1 }' |
  grep -v "^$root" | sort -u | while read -r library; do
  install -D "$(readlink -f "$library")" "$root$library"
done

echo 'root:x:0:0:root:/:/bin/sh' >"$root/etc/passwd"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"

cat >"$root/usr/local/bin/zkServer.sh" <<'SCRIPT'
#!/bin/sh
# As in the official image: configured by /conf, data in /data, the server's id from ZOO_MY_ID, JVM flags from JVMFLAGS.
[ "$1" = start-foreground ] || { echo "usage: zkServer.sh start-foreground" >&2; exit 2; }
[ -e /data/myid ] || echo "${ZOO_MY_ID:-1}" >/data/myid
exec java -cp '/conf:/opt/zookeeper/*' $JVMFLAGS org.apache.zookeeper.server.quorum.QuorumPeerMain /conf/zoo.cfg
SCRIPT
chmod +x "$root/usr/local/bin/zkServer.sh"

tar -C "$root" -c . | docker import \
  --change 'ENV PATH=/usr/local/bin:/usr/bin:/bin' \
  --change 'EXPOSE 2181 2888 3888' \
  --change 'CMD ["zkServer.sh", "start-foreground"]' \
  - "$image"
