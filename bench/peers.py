"""The Python peers of the benchmarks: answers tasks, JSON lines on standard input, as `geotiff-bench worker` does.

Usage: python peers.py rasterio|async-geotiff|rio-tiler
"""

import asyncio
import json
import os
import sys
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor

# What tile servers on GDAL set: no look for sidecars, a first request that holds the header, few requests for pixels.
os.environ.update(
    GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR",
    CPL_VSIL_CURL_ALLOWED_EXTENSIONS=".tif",
    GDAL_INGESTED_BYTES_AT_OPEN="32768",
    GDAL_HTTP_MERGE_CONSECUTIVE_RANGES="YES",
)

import numpy as np  # noqa: E402


class Stopwatch:
    def __init__(self):
        self.cpu, self.start = time.process_time(), time.perf_counter()

    def stop(self):
        return {"seconds": time.perf_counter() - self.start, "cpu": time.process_time() - self.cpu}


def checked(answer, pixels):
    pixels = np.ascontiguousarray(pixels)
    mean = float(pixels.view("uint8").mean())
    return answer | {"checksum": zlib.crc32(pixels.data), "mean": mean}


class Rasterio:
    """rasterio, with as many threads as a task does at once; each keeps its connections."""

    def __init__(self):
        import rasterio
        from rasterio.windows import Window

        self.open_file, self.Window, self.pools = rasterio.open, Window, {}

    def map(self, at_once, work, items):
        pool = self.pools.setdefault(at_once, ThreadPoolExecutor(at_once))
        return list(pool.map(work, items))

    def image(self, task):
        watch = Stopwatch()
        options = {"NUM_THREADS": str(task["threads"])} if task["threads"] > 1 else {}
        with self.open_file(task["path"], **options) as file:
            pixels = file.read()
        answer = watch.stop()
        return checked(answer, pixels) if task["check"] else answer

    def open(self, task):
        def one(url):
            with self.open_file(url) as file:
                assert file.transform and file.crs and file.overviews(1)

        watch = Stopwatch()
        self.map(task["at_once"], one, task["urls"])
        return watch.stop()

    def read_one(self, place):
        with self.open_file(place["url"]) as file:
            return file.read(window=self.Window(*place["window"]))

    def windows(self, task):
        def one(place):
            pixels = self.read_one(place)
            return zlib.crc32(np.ascontiguousarray(pixels).data) if task["check"] else 0

        watch = Stopwatch()
        total = sum(self.map(task["at_once"], one, task["windows"]))
        return watch.stop() | ({"checksum": total} if task["check"] else {})

    def cold(self, task):
        watch = Stopwatch()
        self.read_one(task["window"])
        return watch.stop()


class AsyncGeoTIFF:
    """async-geotiff over obstore."""

    def __init__(self):
        import obstore.store
        from async_geotiff import GeoTIFF, Window

        self.GeoTIFF, self.Window, self.obstore = GeoTIFF, Window, obstore.store
        self.stores, self.loop = {}, asyncio.new_event_loop()

    def http(self, url):
        """The store of a URL's host, kept with its connections, and the path in it."""
        scheme, rest = url.split("://")
        host, path = rest.split("/", 1)
        if host not in self.stores:
            self.stores[host] = self.obstore.HTTPStore.from_url(f"{scheme}://{host}", client_options={"allow_http": True})
        return self.stores[host], path

    async def gather(self, at_once, work, items):
        limit = asyncio.Semaphore(at_once)

        async def limited(item):
            async with limit:
                return await work(item)

        return await asyncio.gather(*map(limited, items))

    def image(self, task):
        async def read():
            folder, name = os.path.split(os.path.abspath(task["path"]))
            file = await self.GeoTIFF.open(name, store=self.obstore.LocalStore(folder))
            return await file.read()

        watch = Stopwatch()
        pixels = self.loop.run_until_complete(read()).data
        answer = watch.stop()
        return checked(answer, pixels) if task["check"] else answer

    def open(self, task):
        async def one(url):
            store, path = self.http(url)
            file = await self.GeoTIFF.open(path, store=store)
            assert file.transform and file.crs and file.overviews

        watch = Stopwatch()
        self.loop.run_until_complete(self.gather(task["at_once"], one, task["urls"]))
        return watch.stop()

    async def read_one(self, place):
        store, path = self.http(place["url"])
        file = await self.GeoTIFF.open(path, store=store)
        col, row, width, height = place["window"]
        return (await file.read(window=self.Window(col_off=col, row_off=row, width=width, height=height))).data

    def windows(self, task):
        async def one(place):
            pixels = await self.read_one(place)
            return zlib.crc32(np.ascontiguousarray(pixels).data) if task["check"] else 0

        watch = Stopwatch()
        total = sum(self.loop.run_until_complete(self.gather(task["at_once"], one, task["windows"])))
        return watch.stop() | ({"checksum": total} if task["check"] else {})

    def cold(self, task):
        watch = Stopwatch()
        self.loop.run_until_complete(self.read_one(task["window"]))
        return watch.stop()


class RioTiler:
    """rio-tiler's reader, with the approximate transformer and nearest neighbour that it defaults to."""

    def __init__(self):
        from rio_tiler.io import Reader

        self.Reader, self.pool, self.local = Reader, ThreadPoolExecutor(32), threading.local()

    @staticmethod
    def tile(reader, name):
        z, x, y = map(int, name.split("/"))
        return reader.tile(x, y, z).array.data

    def tiles(self, task):
        warm_up, *wanted = task["tiles"]
        if task["mode"] == "at_once":
            return self.at_once(task["source"], task["tiles"])
        seconds = cpu = 0.0
        made = []
        for name in wanted:
            with self.Reader(task["source"]) as reader:
                self.tile(reader, warm_up)
                if task["mode"] == "decoded":
                    self.tile(reader, name)
                watch = Stopwatch()
                pixels = self.tile(reader, name)
                answer = watch.stop()
            seconds, cpu = seconds + answer["seconds"], cpu + answer["cpu"]
            made.append(pixels)
        answer = {"seconds": seconds, "cpu": cpu}
        return checked(answer, np.stack(made)) if task["check"] else answer

    def at_once(self, source, tiles):
        """Each thread has a reader of its own, as GDAL's datasets want it, opened before the clock starts."""
        everyone = threading.Barrier(32)

        def open_reader(_):
            everyone.wait()
            self.local.reader = self.Reader(source)

        def one(name):
            assert self.tile(self.local.reader, name).shape == (3, 256, 256)

        list(self.pool.map(open_reader, range(32)))
        watch = Stopwatch()
        list(self.pool.map(one, tiles))
        return watch.stop()


def main():
    side = {"rasterio": Rasterio, "async-geotiff": AsyncGeoTIFF, "rio-tiler": RioTiler}[sys.argv[1]]()
    for line in sys.stdin:
        task = json.loads(line)
        try:
            answer = getattr(side, task["task"])(task)
        except Exception as error:
            answer = {"seconds": 0.0, "error": f"{type(error).__name__}: {error}"[:300]}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
