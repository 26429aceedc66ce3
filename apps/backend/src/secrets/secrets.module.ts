import { Module } from '@nestjs/common';
import { DeleteSecretHandler } from './delete-secret.handler.ts';
import { SecretDelivery } from './secret-delivery.ts';
import { SecretKeeper } from './secret-keeper.ts';
import { SecretValues } from './secret-values.ts';
import { SecretsController } from './secrets.controller.ts';
import { SetSecretHandler } from './set-secret.handler.ts';
import { SitesModule } from '../sites/sites.module.ts';

@Module({
  imports: [SitesModule],
  controllers: [SecretsController],
  providers: [DeleteSecretHandler, SecretDelivery, SecretKeeper, SecretValues, SetSecretHandler],
  exports: [SecretDelivery, SecretKeeper],
})
export class SecretsModule {}
