import { Controller, Get } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';
import { Public } from '../http/public.decorator.ts';

/** The API's description, for those who write their own clients. */
@ApiExcludeController()
@Controller('api/v1/openapi.json')
export class OpenApiController {
  private document: OpenAPIObject | undefined;

  /** Made from the finished application, so it is set from outside. */
  use(document: OpenAPIObject): void {
    this.document = document;
  }

  @Get()
  @Public()
  get(): OpenAPIObject | undefined {
    return this.document;
  }
}
